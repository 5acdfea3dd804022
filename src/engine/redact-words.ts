/** The words themselves, in lower case. A word that is missing is hidden in logs, which is never wrong. */

export const plainWords = `
a about absent abort aborted accept accepted access account action active address administrator after again against agent all
allow allowed already an and another answer any anybody api app are argument arguments ask asked asks assertion at attempt
authentication authopen authorization authorize authorized available away
backup bad be because been before began begin being belongs below bigint block body boot both broken buffer built busy but by bytes
call called cancel canceled cancelled cannot card cards caught change changed characters check checked checking checksum child
chunk circular cli close closed code command compare compared condition connect connected connection constructor contains
content control copied copy copying could couldn count create created
damaged data database day days defined denied descriptor desktop detail device devices diagnosis dialog did died diff differ
different differs direct disk disks dismissed does doesn done door driver drop
each early eject ejected electron elevated empty encoding end ended ends enough entry error errors event everybody exclusive
exclusively executable exist exists exit expected expired extauth external extract extra
fail failed fails failure false fat fetch few file files filing finished first flags flush folder for force forced form format
found free from full function
gave get gets gives go gone granted group gz gzip
had half handle handler has have held helper here hidden host hours how
identifier idle if image images immutable in incident incomplete index infinite infinity initialize input inside inspect installed
instead internal interrupted into invalid io ipc is it its itself
job journal json
keep keeps kept kernel key kill killed known koffi
large last later length less library lie lies like limit line lines linux list listen local lock locked log long loop
macos made make maps match may maximum media medium memory merge message missing mode module more most mount mounted must
name named names native needs network never new next no nobody node none not nothing now null number
object of off offset old on once one only open opened opening operation or ordinary other others out output over overwritten own
owner
packed page panel parse partition partitions password path permission permissions permitted phase pid pipe pkexec plan platform
polkit poll port prevented private privacy problem process program promise property protected proving
quiet quit
range ranges raw read reader readable reading ready reason receive refused reject rejected release remote removable removed
rename report request require rereading rescuing resource restore restored result retry right rights root rules run running
same sandbox say says scheme sealed second seconds sector send sent service session set setuid shared sheet shell short should show
signal signals size slot slow socket some somebody soon space stalled started starts state status stayed still stop stopped
stream string such sudo sudoers superblock supported survey switch sync system
table take task terminal terminated than that the their them then there they this timeout timed times to token too tool tried true
truncated try two type typeerror rangeerror referenceerror syntaxerror
unable unavailable undefined under undo unexpected unfinished unknown unmount unmounted unpack unproven unreadable unsupported until
unverified use used useful user uses using
value values verified verify version very volume volumes
wait waited waits want wanted was way ways we why went were what when where which while who whole will with within without word work
worker works would write writer writes writing written wrong
xz yes yet you your zip zstd
certificate download downloaded elsewhere err feed https install latest newest plain redirect redirects server signature update
updater updates
arch claimed errno facts holder job grow longest missing needed offset outcome open pid places points real size speed stalls step stored system total
backup-task start stop job-begin job-end door unmount eject held stall error uncaught
check compare diff-images list-files preview undo watch doctor history demo settings pi forget protect extract ls
opened cancelled incomplete done failed img img.gz img.zst auto differential leave first-boot read-back read-back-cached
destination-full stalled reader worker card arm64 x64 ia32 arm darwin app cli panel browser read write
apfs ext ext2 ext3 ext4 exfat fat16 fat32 hfs msdos nfs ntfs smbfs tmpfs vfat xfs btrfs fuse fuseblk cifs overlay zfs
diskutil lsblk udevadm udisksctl hdiutil caffeinate osascript umount xdg-open gdbus systemd-inhibit mds mds_stores mdworker
finder spotlight fsck bash zsh sleep dd
sigterm sigkill sigint sighup sigsegv sigabrt sigbus sigill
system-disk swap apfs-container in-use never-touch disk-image virtual internal external-fixed not-removable no-medium bad-size
unclear kdareturnbusy /usr/bin/sudo /usr/bin/pkexec /usr/libexec/authopen touch id usb secure-digital nvme sata thunderbolt
`;
