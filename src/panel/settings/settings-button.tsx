import { say } from '../../language/say.ts';
import { useTools } from '../parts/page-tools.ts';
import { useListening } from '../parts/use-listening.ts';

/** Leads to the settings, at the foot of the first page. */
export function SettingsButton() {
  const { go, onMac } = useTools();
  return (
    <button
      type="button"
      class="quiet to-settings"
      data-id="settings"
      aria-label={say`Settings`}
      aria-keyshortcuts={onMac ? 'Meta+,' : 'Control+,'}
      title={say`Settings (${onMac ? '⌘,' : 'Ctrl+,'})`}
      onClick={() => go({ at: 'settings' })}
    >
      <svg viewBox="0 0 16 16" aria-hidden="true" class="gear">
        <circle cx="8" cy="8" r="2.4" />
        <path d="M8 1.4v2M8 12.6v2M1.4 8h2M12.6 8h2M3.3 3.3l1.5 1.5M11.2 11.2l1.5 1.5M3.3 12.7l1.5-1.5M11.2 4.8l1.5-1.5" />
        <circle cx="8" cy="8" r="4.7" />
      </svg>
    </button>
  );
}

/** The keys by which every app of the Mac opens its settings, and their like elsewhere; from every page. */
export function useSettingsKeys(open: () => void): void {
  useListening('keydown', (event) => {
    const { key, metaKey, ctrlKey, altKey, shiftKey } = event;
    if (key !== ',' || metaKey === ctrlKey || altKey || shiftKey) return;
    event.preventDefault();
    open();
  });
}
