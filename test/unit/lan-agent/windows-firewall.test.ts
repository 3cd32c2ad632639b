import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFirewallRules, judge, rulesIn } from '../../../src/lan-agent/doctor/windows-firewall.ts';

const PROGRAM = 'C:\\Users\\petr\\unbind\\app\\node.exe';
/** What Windows writes for a program whose question nobody could answer with yes, and for what it brings along. */
const LISTING = (...rules: readonly string[]) =>
  [
    '',
    'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy\\FirewallRules',
    '    CoreNet-DHCP-In    REG_SZ    v2.31|Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=68|RPort=67|App=%SystemRoot%\\system32\\svchost.exe|Svc=dhcp|Name=@FirewallAPI.dll,-25301|',
    '    Other    REG_SZ    v2.31|Action=Block|Active=TRUE|Dir=In|Protocol=17|Profile=Public|App=C:\\games\\game.exe|Name=Game|',
    ...rules.map((rule) => `    {0F5D6F1B-5A53-4B9C-9D0C-000000000000}    REG_SZ    v2.31|${rule}|`),
    '',
  ].join('\r\n');
const verdict = (...rules: readonly string[]) => judge(rulesIn(LISTING(...rules)), PROGRAM, 37_020);
const OURS = `Dir=In|Protocol=17|App=${PROGRAM.toLowerCase()}|Name=node.exe|Defer=User`;

describe('the rules of Windows’ firewall', () => {
  it.each([
    ['nothing for this program', [], 'none'],
    ['a block', [`Action=Block|Active=TRUE|${OURS}`], 'blocked'],
    [
      'a block beside a permission',
      [`Action=Allow|Active=TRUE|${OURS}`, `Action=Block|Active=TRUE|${OURS}`],
      'blocked',
    ],
    ['a block on public networks alone', [`Action=Block|Active=TRUE|Profile=Public|${OURS}`], 'partly'],
    [
      'a block on public networks beside a permission',
      [`Action=Allow|Active=TRUE|${OURS}`, `Action=Block|Active=TRUE|Profile=Public|${OURS}`],
      'partly',
    ],
    [
      'a block on public and private networks',
      [`Action=Block|Active=TRUE|Profile=Private|Profile=Public|${OURS}`],
      'blocked',
    ],
    [
      'two blocks, each on its kind of networks',
      ['Private', 'Public'].map((kind) => `Action=Block|Active=TRUE|Profile=${kind}|${OURS}`),
      'blocked',
    ],
    ['a block that is switched off', [`Action=Block|Active=FALSE|${OURS}`], 'none'],
    ['a block of TCP alone', [`Action=Block|Active=TRUE|Dir=In|Protocol=6|App=${PROGRAM}`], 'none'],
    ['a block of every protocol', [`Action=Block|Active=TRUE|Dir=In|App=${PROGRAM}`], 'blocked'],
    ['a block of what goes out', [`Action=Block|Active=TRUE|Dir=Out|App=${PROGRAM}`], 'none'],
    ['a permission', [`Action=Allow|Active=TRUE|${OURS}`], 'allowed'],
    [
      'the port, as the doctor’s command opens it',
      ['Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=37020|Name=unbind-agent'],
      'allowed',
    ],
    [
      'a range with the port',
      ['Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=80|LPort=37000-37100'],
      'allowed',
    ],
    ['another port', ['Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=3702|LPort=RPC'], 'none'],
    [
      'the port of another program',
      ['Action=Allow|Active=TRUE|Dir=In|Protocol=17|LPort=37020|App=C:\\x.exe'],
      'none',
    ],
  ] as const)('%s', (_, rules, expected) => {
    expect(verdict(...rules)).toBe(expected);
  });

  it('know a program by its path where the console has other letters for it', () => {
    const program = 'C:\\Users\\Пётр\\app\\node.exe';
    const block = (path: string) =>
      judge(rulesIn(LISTING(`Action=Block|Active=TRUE|Dir=In|Protocol=17|App=${path}`)), program, 37_020);
    // Of code page 866, of UTF-8 read byte by byte, and replaced.
    expect(block('c:\\users\\\x8f\xa5\xe2\xe0\\app\\node.exe')).toBe('blocked');
    expect(block(Buffer.from('c:\\users\\пётр\\app\\node.exe').toString('latin1'))).toBe('blocked');
    expect(block('c:\\users\\????\\app\\node.exe')).toBe('blocked');
    expect(block('c:\\users\\petr\\app\\node.exe')).toBe('none');
  });

  it('are read whatever stands there', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (listing, rule) => {
        expect(['blocked', 'partly', 'allowed', 'none']).toContain(judge(rulesIn(listing), PROGRAM, 37_020));
        expect(rulesIn(LISTING(rule.replace(/[\r\n]/g, ''))).length).toBe(3);
      }),
    );
  });

  it.skipIf(process.platform === 'win32')('are no matter of another system', async () => {
    expect(await checkFirewallRules(37_020, PROGRAM)).toEqual([]);
  });
});
