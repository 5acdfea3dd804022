/**
 * Programs that people run on a Pi for their own sake, and by what they are known. Packages are Debian's, Raspberry Pi's or
 * the makers' own; paths are where the makers' instructions put a program that comes without a package.
 */

export interface SoftwareMark {
  readonly name: string;
  /** Any of these, installed. */
  readonly packages?: readonly string[];
  /** Any of these exists. "~" stands for the home folder of any user. */
  readonly paths?: readonly string[];
  /** A container of an image whose name holds any of these. */
  readonly images?: readonly string[];
}

export const softwareTable: readonly SoftwareMark[] = [
  // Printing in three dimensions. OctoPi: github.com/guysoft/OctoPi; KIAUH and MainsailOS install into the home folder.
  { name: 'OctoPrint', paths: ['~/.octoprint', '~/oprint', '~/OctoPrint'], images: ['octoprint/'] },
  { name: 'OctoPi', paths: ['/etc/octopi_version'] },
  { name: 'Klipper', paths: ['~/klipper/klippy'] },
  { name: 'Moonraker', paths: ['~/moonraker'] },
  { name: 'Mainsail', paths: ['~/mainsail'] },
  { name: 'Fluidd', paths: ['~/fluidd'] },
  // The home.
  {
    name: 'Home Assistant',
    paths: [
      '/supervisor/homeassistant',
      '/usr/share/hassio',
      '/srv/homeassistant',
      '~/.homeassistant',
    ],
    images: ['home-assistant/', 'homeassistant/'],
  },
  { name: 'openHAB', packages: ['openhab', 'openhab2'], images: ['openhab/openhab'] },
  {
    name: 'Homebridge',
    packages: ['homebridge'],
    paths: ['/var/lib/homebridge'],
    images: ['homebridge/'],
  },
  { name: 'Node-RED', packages: ['nodered'], paths: ['~/.node-red'], images: ['nodered/node-red'] },
  { name: 'Mosquitto', packages: ['mosquitto'], images: ['eclipse-mosquitto'] },
  { name: 'Zigbee2MQTT', paths: ['/opt/zigbee2mqtt'], images: ['koenkk/zigbee2mqtt'] },
  { name: 'ESPHome', images: ['esphome/esphome'] },
  { name: 'FHEM', packages: ['fhem'], paths: ['/opt/fhem/fhem.pl'], images: ['fhem/fhem'] },
  { name: 'ioBroker', paths: ['/opt/iobroker'], images: ['iobroker'] },
  { name: 'Domoticz', paths: ['~/domoticz'], images: ['domoticz/'] },
  // The network.
  { name: 'Pi-hole', paths: ['/etc/pihole', '/opt/pihole'], images: ['pihole/pihole'] },
  { name: 'AdGuard Home', paths: ['/opt/AdGuardHome'], images: ['adguard/adguardhome'] },
  {
    name: 'WireGuard',
    packages: ['wireguard', 'wireguard-tools'],
    images: ['linuxserver/wireguard'],
  },
  { name: 'PiVPN', paths: ['/etc/pivpn'] },
  { name: 'OpenVPN', packages: ['openvpn'] },
  { name: 'Tailscale', packages: ['tailscale'] },
  { name: 'Unbound', packages: ['unbound'] },
  { name: 'UniFi Network', packages: ['unifi'], images: ['unifi'] },
  { name: 'Samba', packages: ['samba'] },
  { name: 'CUPS', packages: ['cups'] },
  {
    name: 'nginx',
    packages: ['nginx', 'nginx-core', 'nginx-light', 'nginx-full'],
    images: ['nginx:'],
  },
  { name: 'Apache', packages: ['apache2'] },
  {
    name: 'Nextcloud',
    paths: ['/var/www/nextcloud', '/var/www/html/nextcloud'],
    images: ['nextcloud'],
  },
  { name: 'OpenMediaVault', packages: ['openmediavault'] },
  { name: 'Syncthing', packages: ['syncthing'], images: ['syncthing/'] },
  { name: 'Paperless', paths: ['/opt/paperless'], images: ['paperless-ngx'] },
  { name: 'Vaultwarden', images: ['vaultwarden/'] },
  // Pictures and sound.
  { name: 'Kodi', packages: ['kodi'], paths: ['/.kodi', '~/.kodi'] },
  { name: 'Jellyfin', packages: ['jellyfin', 'jellyfin-server'], images: ['jellyfin/'] },
  { name: 'Plex Media Server', packages: ['plexmediaserver'], images: ['plex'] },
  { name: 'Volumio', paths: ['/volumio'] },
  { name: 'moOde', packages: ['moode-player'], paths: ['/var/local/www/db/moode-sqlite3.db'] },
  { name: 'Lyrion Music Server', packages: ['logitechmediaserver', 'lyrionmusicserver'] },
  { name: 'Mopidy', packages: ['mopidy'] },
  { name: 'Shairport Sync', packages: ['shairport-sync'] },
  { name: 'motionEye', paths: ['/etc/motioneye'], images: ['motioneye'] },
  { name: 'Frigate', images: ['blakeblackshear/frigate'] },
  { name: 'MagicMirror', paths: ['~/MagicMirror'] },
  // Games.
  { name: 'RetroPie', paths: ['/opt/retropie', '~/RetroPie'] },
  { name: 'Recalbox', paths: ['/recalbox', '/system/recalbox.conf'] },
  { name: 'Lakka', paths: ['/.config/retroarch'] },
  // Data.
  {
    name: 'Grafana',
    packages: ['grafana', 'grafana-rpi', 'grafana-enterprise'],
    images: ['grafana/grafana'],
  },
  { name: 'InfluxDB', packages: ['influxdb', 'influxdb2'], images: ['influxdb:'] },
  { name: 'Prometheus', packages: ['prometheus'], images: ['prom/prometheus'] },
  { name: 'MariaDB', packages: ['mariadb-server'], images: ['mariadb:'] },
  { name: 'PostgreSQL', packages: ['postgresql'], images: ['postgres:'] },
  { name: 'Pi-Star', paths: ['/etc/pistar-release'] },
  { name: 'PiAware', packages: ['piaware'] },
  { name: 'Docker', packages: ['docker-ce', 'docker.io'], paths: ['/var/lib/docker/containers'] },
  { name: 'Portainer', images: ['portainer/'] },
  { name: 'k3s', paths: ['/var/lib/rancher/k3s'] },
  {
    name: 'Raspberry Pi Desktop',
    packages: ['raspberrypi-ui-mods', 'rpd-wayland-core', 'rpd-x-core'],
  },
];
