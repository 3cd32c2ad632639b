import { NOTICE_DEFAULTS } from '../../src/bot/house/notices.ts';
import type { Settings } from '../../src/bot/settings.ts';
import { LOOPBACK_PROXIES } from '../../src/hub/proxies.ts';

type Own = Pick<Settings, 'token' | 'apiRoot' | 'adminIds' | 'storeUrl'> & Partial<Settings>;

/** Settings of a bot in the test's own process: quiet, polling, its hub on any port; `own` is what it is about. */
export function settingsWith(own: Own): Settings {
  return {
    hub: { listen: { host: '127.0.0.1', port: 0 }, publicUrl: null, tls: null, proxies: LOOPBACK_PROXIES },
    packages: null,
    updates: { mode: 'polling' },
    regionPack: null,
    firm: null,
    readPrint: false,
    photoMs: 8000,
    invitesAsk: false,
    askPin: false,
    notices: NOTICE_DEFAULTS,
    retention: { caseDays: null, noteDays: null },
    backupRecipients: [],
    auditHead: { everyMs: 86_400_000, keepers: [] },
    watch: null,
    updateUrl: null,
    logLevel: 'silent',
    secretFiles: [],
    ...own,
  };
}
