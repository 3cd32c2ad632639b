/**
 * Every sentence a person reads, per language. A namespace is a file. The English texts are the
 * types of all others (sentences.ts); what is no type is checked by `npm run check:locales`.
 */
import { agent as agentEn } from './en/agent.ts';
import { bot as botEn } from './en/bot.ts';
import { card as cardEn } from './en/card.ts';
import { guide as guideEn } from './en/guide.ts';
import { help as helpEn } from './en/help.ts';
import { keep as keepEn } from './en/keep.ts';
import { notice as noticeEn } from './en/notice.ts';
import { operator as operatorEn } from './en/operator.ts';
import { packages as packagesEn } from './en/packages.ts';
import { page as pageEn } from './en/page.ts';
import { policy as policyEn } from './en/policy.ts';
import { report as reportEn } from './en/report.ts';
import { sandbox as sandboxEn } from './en/sandbox.ts';
import { setting as settingEn } from './en/setting.ts';
import { site as siteEn } from './en/site.ts';
import { window as windowEn } from './en/window.ts';
import { agent as agentRu } from './ru/agent.ts';
import { bot as botRu } from './ru/bot.ts';
import { card as cardRu } from './ru/card.ts';
import { guide as guideRu } from './ru/guide.ts';
import { help as helpRu } from './ru/help.ts';
import { keep as keepRu } from './ru/keep.ts';
import { notice as noticeRu } from './ru/notice.ts';
import { operator as operatorRu } from './ru/operator.ts';
import { packages as packagesRu } from './ru/packages.ts';
import { page as pageRu } from './ru/page.ts';
import { policy as policyRu } from './ru/policy.ts';
import { report as reportRu } from './ru/report.ts';
import { sandbox as sandboxRu } from './ru/sandbox.ts';
import { setting as settingRu } from './ru/setting.ts';
import { site as siteRu } from './ru/site.ts';
import { window as windowRu } from './ru/window.ts';

export const resources = {
  en: {
    agent: agentEn,
    bot: botEn,
    card: cardEn,
    guide: guideEn,
    help: helpEn,
    keep: keepEn,
    notice: noticeEn,
    packages: packagesEn,
    page: pageEn,
    operator: operatorEn,
    policy: policyEn,
    report: reportEn,
    sandbox: sandboxEn,
    setting: settingEn,
    site: siteEn,
    window: windowEn,
  },
  ru: {
    agent: agentRu,
    bot: botRu,
    card: cardRu,
    guide: guideRu,
    help: helpRu,
    keep: keepRu,
    notice: noticeRu,
    packages: packagesRu,
    page: pageRu,
    operator: operatorRu,
    policy: policyRu,
    report: reportRu,
    sandbox: sandboxRu,
    setting: settingRu,
    site: siteRu,
    window: windowRu,
  },
} as const;
