import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { window as windowEn } from '../../../../locales/en/window.ts';
import { LANGUAGES } from '../../../../locales/language.ts';
import type { TextTree } from '../../../../locales/sentences.ts';
import { textsFor } from '../../../../src/lan-agent/texts.ts';
import { ACTION_NAMES, type PageTools } from '../../../../src/lan-agent/window/actions.ts';
import { spokenFor } from '../../../../src/lan-agent/window/texts.ts';
import { html } from '../../../../src/lan-agent/window/views/html.ts';
import {
  WINDOW_CONTENT_SECURITY_POLICY,
  windowPage,
  windowParts,
} from '../../../../src/lan-agent/window/views/page.ts';
import { CAMERA, NEW_LAPTOP, scenes, withNews } from '../../../support/window-scenes.ts';

const forms = Object.fromEntries(ACTION_NAMES.map((name) => [name, `form-${name}`])) as PageTools['forms'];
const TOOLS: PageTools = { base: '/w/', forms };

/** What a person reads: without what stands in tags. */
const readable = (text: string) =>
  text.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ');

describe('html', () => {
  it('lets nothing that is filled in be anything but text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const made = html`<p title="${text}">${[text]}</p>`.text;
        expect(made.match(/[<>"]/g)?.join('')).toBe('<"">' + '<>');
      }),
    );
  });
});

describe.each(LANGUAGES)('The window in %s', (language) => {
  const all = Object.entries(scenes(language));

  it.each(all)(
    '%s: has one heading of the first order, and no sentence with words of a command line',
    (_, scene) => {
      const page = windowPage(scene, language, TOOLS);
      expect(page.match(/<h1/g)).toHaveLength(1);
      expect(page).toContain(`<html lang="${language}"`);
      // The commands of a firewall name the program by its path.
      const said = readable(page.replace(/<pre[\s\S]*?<\/pre>/g, ''));
      expect(said).not.toMatch(
        /unbind-agent (?!v)\w|--[a-z]|"(?:status|discover|run)"|«(?:status|discover|run)»|undefined|\{\{/,
      );
    },
  );

  it.each(all)('%s: every form posts to its own action with its own ticket', (_, scene) => {
    const page = windowPage(scene, language, TOOLS);
    const sent = [
      ...page.matchAll(
        /<form method="post" action="\/w\/([a-z]+)"[^>]*>\s*<input type="hidden" name="form" value="([^"]*)">/g,
      ),
    ];
    expect(sent.length).toBe(page.match(/<form/g)?.length);
    for (const [, name, ticket] of sent) expect(ticket).toBe(`form-${name}`);
  });

  it('says the same in its parts as in the whole', () => {
    for (const [, scene] of all) {
      const page = windowPage(scene, language, TOOLS);
      for (const part of Object.values(windowParts(scene, language, TOOLS))) expect(page).toContain(part);
    }
  });
});

describe('The page', () => {
  it('asks in the language of whoever asks, in a window of another one', () => {
    const page = windowPage(scenes('ru').password ?? NEW_LAPTOP, 'en', TOOLS);
    expect(page).toContain('<html lang="en"');
    expect(page).toMatch(/class="question" lang="ru"/);
  });

  it('shows what a device writes as text alone', () => {
    const scene = scenes('en').devices ?? NEW_LAPTOP;
    const evil = { ...CAMERA, model: '<script>alert(1)</script>' };
    const seen = scene.seen && { ...scene.seen, devices: [evil] };
    const page = windowPage({ ...scene, seen }, 'en', TOOLS);
    expect(page.match(/<script/g)).toHaveLength(1);
    expect(page).toContain('&#60;script&#62;');
  });

  it('tells a firewall that blocks, and does not say that there are no devices', () => {
    const page = readable(windowParts(scenes('en')['nobody-blocked'] ?? NEW_LAPTOP, 'en', TOOLS).devices);
    expect(page).toContain('Blocked by the firewall');
    expect(page).toContain('Without an administrator there is no cure');
    expect(page).toContain('Hik-Connect app');
    expect(page).not.toMatch(/no devices/i);
  });

  it('offers an unbind of its own only while no chat leads it', () => {
    const { devices, 'devices-paired': paired } = scenes('en');
    const buttons = (scene = NEW_LAPTOP) =>
      windowPage(scene, 'en', TOOLS).match(/action="\/w\/unbind"/g)?.length ?? 0;
    expect(buttons(devices)).toBe(1);
    expect(buttons(paired)).toBe(0);
  });

  it('offers to send the file for support only where a chat could get it, and says what became of it', () => {
    const check = (name: string) => windowParts(scenes('en')[name] ?? NEW_LAPTOP, 'en', TOOLS).check;
    expect(check('connected')).toContain('action="/w/send"');
    expect(check('code')).not.toContain('action="/w/send"');
    expect(readable(check('support-sent'))).toContain('The file for support is in the chat');
    expect(readable(check('support-unsent'))).toContain('does not answer in time');
  });

  it('lets Enter send a password, and say no where one press means yes', () => {
    const first = (name: string) =>
      /<button name="action" value="(\w+)"/.exec(
        windowPage(scenes('en')[name] ?? NEW_LAPTOP, 'en', TOOLS),
      )?.[1];
    expect(first('password')).toBe('send');
    expect(first('one-press')).toBe('cancel');
    expect(first('survey')).toBe('cancel');
  });

  it('keeps no password in its field, nor lets anything be spelt, completed or remembered', () => {
    const field = /<input id="password"[^>]*>/.exec(
      windowPage(scenes('en').password ?? NEW_LAPTOP, 'en', TOOLS),
    )?.[0];
    expect(field).toMatch(/type="password" autocomplete="off"/);
    expect(field).toContain('spellcheck="false"');
    expect(field).not.toMatch(/value|maxlength/);
  });

  it('loads nothing from anywhere', () => {
    expect(WINDOW_CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none'; /);
    expect(WINDOW_CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:/);
    expect(windowPage(NEW_LAPTOP, 'en', TOOLS)).not.toMatch(/(?:src|href)="(?!data:,)/);
  });

  it('shows a word of a newer journal as it is', () => {
    const [attempt] = scenes('en').connected?.history ?? [];
    const scene = withNews(NEW_LAPTOP, {
      kind: 'history',
      attempts: attempt ? [{ ...attempt, outcome: 'half-bound' }] : [],
    });
    expect(windowParts(scene, 'en', TOOLS).history).toContain('half-bound');
  });
});

describe('The words of the window for those of the command line', () => {
  const keys = (tree: TextTree, path = ''): string[] =>
    Object.entries(tree).flatMap(([name, one]) =>
      typeof one === 'string' ? [`${path}${name}`] : keys(one, `${path}${name}.`),
    );

  it('stand in for sentences that the agent has', () => {
    for (const key of keys(windowEn.instead)) {
      const agent = textsFor('en') as (key: string) => string;
      expect(agent(`agent:${key}`), key).not.toBe(key);
    }
  });

  it('are said in the place of these alone', () => {
    for (const language of LANGUAGES) {
      const spoken = spokenFor(language);
      const own = textsFor(language);
      expect(spoken('agent:outcome.unbound')).toBe(own('agent:outcome.unbound'));
      expect(spoken('agent:outcome.unknown')).not.toBe(own('agent:outcome.unknown'));
    }
  });
});
