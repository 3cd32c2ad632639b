/** Ways walked without a laptop: the technician does everything by hand, and the end rests on what he sees. */
import { ezvizCamera, recorder3, recorder4, unbindableCamera } from '../../../src/sandbox/device/profiles.ts';
import type { Walk, Walker } from './walker.ts';

/** Who signs the letter, as it is typed. */
const SIGNED = {
  en: 'Ivan Petrov, Vector Ltd, +7 900 123-45-67',
  ru: 'Иван Петров, ООО Вектор, +7 900 123-45-67',
} as const;

const REC4 = { serial: recorder4.profile.shortSerial };

/** A 4.x recorder with everything in order, and `atHand` beside it. */
async function recorderWith(at: Walker, atHand: string): Promise<void> {
  await at.label(recorder4);
  await at.answers(
    ['everInEzviz', 'no'],
    ['firmware', 'V4.62.210'],
    ['adminPassword', 'yes'],
    ['onSite', atHand],
    ['cloud', 'online'],
  );
}

/** A camera of which only this is still asked. */
async function camera(at: Walker, ...given: readonly (readonly [string, string])[]): Promise<void> {
  await at.label(unbindableCamera);
  await at.answers(['everInEzviz', 'no'], ...given);
}

const compare = (at: Walker, guide: string) =>
  at.sees('bot:guide.compare', { success: at.t(`guide:success.${guide}`) });

/** Walks from the step that is shown to the end of the guide. */
async function throughTo(at: Walker, guide: string, ...steps: readonly string[]): Promise<void> {
  for (const step of steps) {
    await at.press('next');
    await at.step(guide, step);
  }
  await at.press('next');
  await compare(at, guide);
}

export const BY_HAND: readonly Walk[] = [
  {
    name: 'sadp with the vendor’s tool',
    async run(at) {
      await recorderWith(at, 'windows-pc');
      await at.sees('policy:rule.windows-pc-on-lan');
      await at.unbindsBy('vendor-tool');
      await at.step('vendor-tool', 'install');
      at.wrong('Back at the first step');
      await at.press('back');
      await at.sees('policy:rule.windows-pc-on-lan');
      await at.press('vendor-tool');
      await at.step('vendor-tool', 'install');
      await at.press('next');
      await at.step('vendor-tool', 'start');
      await at.press('next');
      await at.step('vendor-tool', 'region');
      at.wrong('it looks different, and no article knows the words on the screen');
      await at.press('differs');
      await at.sees('guide:step.vendor-tool.region.differs');
      await at.types('zzz qqq');
      await at.sees('bot:trouble.unknown');
      await at.label(recorder3);
      await at.sees('bot:notes.kept');
      await at.step('vendor-tool', 'region');
      await at.press('next');
      await at.step('vendor-tool', 'select', REC4);
      at.wrong('the bot is restarted in the middle');
      await at.whileBotIsDown(() => at.press('next'));
      await at.step('vendor-tool', 'login');
      at.wrong('the password is typed into the chat');
      await at.types('Canary-Pass-77');
      await at.seesWhatIsOfUse();
      await throughTo(at, 'vendor-tool', 'finish');
      at.wrong('the tool shows a number instead');
      await at.press('says');
      await at.sees('bot:trouble.ask');
      await at.types('2024');
      await at.sees('help:article.wrong-password.todo');
      await at.press('helped');
      await compare(at, 'vendor-tool');
      await at.press('success');
      await at.sees('bot:guide.closed');
    },
  },
  {
    name: 'app',
    async run(at) {
      await camera(at, ['adminPassword', 'yes'], ['onSite', 'phone'], ['cloud', 'online']);
      await at.sees('policy:rule.phone-on-lan');
      await at.unbindsBy('app');
      await at.step('app', 'network');
      at.wrong('a photo of another label in the middle');
      await at.label(recorder3);
      await at.sees('bot:switch.ask', { serial: unbindableCamera.profile.shortSerial });
      await at.press('stay');
      await at.step('app', 'network');
      await at.press('next');
      await at.step('app', 'scan');
      at.wrong('an answer was wrong: there is no password after all; the verdict follows');
      await at.types({ en: "I don't know the password", ru: 'пароль не знаю' });
      await at.sees('policy:blocker.recover-password');
      await at.press('change');
      await at.sees('bot:assess.change');
      await at.press('adminPassword');
      await at.sees('policy:question.adminPassword.text');
      at.wrong('Back while changing an answer: nothing is forgotten');
      await at.press('back');
      await at.sees('bot:assess.change');
      await at.press('back');
      await at.sees('policy:blocker.recover-password');
      await at.press('change');
      await at.sees('bot:assess.change');
      await at.press('adminPassword');
      await at.answers(['adminPassword', 'yes']);
      await at.sees('policy:rule.phone-on-lan');
      await at.press('app');
      await at.step('app', 'network');
      at.wrong('a sticker instead of a button');
      await at.sends('sticker');
      await at.seesWhatIsOfUse();
      at.remark('a typed yes is as good as the button');
      await at.types({ en: 'yes', ru: 'да' });
      await at.step('app', 'scan');
      await throughTo(at, 'app', 'unbind', 'login', 'finish');
      at.wrong('it did not work, and he says so in words nobody knows');
      await at.press('failed');
      await at.sees('bot:tried.ask');
      await at.types('zzz qqq');
      at.remark('the app is not offered again, what is left is');
      await at.answers(['onSite', 'windows-pc']);
      await at.sees('policy:rule.windows-pc-on-lan');
      await at.sees('bot:assess.tried');
      at.wrong('a newer app was installed: the same once more');
      await at.press('change');
      await at.sees('bot:assess.change');
      await at.press('onSite');
      await at.answers(['onSite', 'nothing']);
      await at.sees('policy:rule.pc-left');
      await at.types({ en: 'I have a phone', ru: 'есть телефон' });
      await at.sees('policy:rule.pc-left');
      await at.press('again');
      await at.sees('bot:assess.againWhich');
      await at.press('app');
      await at.step('app', 'network');
      await throughTo(at, 'app', 'scan', 'unbind', 'login', 'finish');
      await at.press('success');
      await at.sees('bot:guide.closed');
    },
  },
  {
    name: 'recorder-menu',
    async run(at) {
      await recorderWith(at, 'monitor');
      await at.sees('policy:rule.monitor-at-recorder', { firmware: 'V4.62.210' });
      await at.unbindsBy('recorder-menu');
      await at.step('recorder-menu', 'login');
      at.wrong('Back at the first step');
      await at.press('back');
      await at.sees('policy:rule.monitor-at-recorder');
      await at.press('recorder-menu');
      await at.step('recorder-menu', 'login');
      at.wrong('a voice message instead of a button');
      await at.sends('voice');
      await at.seesWhatIsOfUse();
      await at.press('next');
      await at.step('recorder-menu', 'platform');
      at.wrong('it looks different');
      await at.looksDifferent('recorder-menu', 'platform');
      at.wrong('another conversation in the middle: what is this message?');
      await at.types('/help 20013');
      await at.sees('help:article.added-by-other.todo');
      await throughTo(at, 'recorder-menu', 'unbind', 'finish');
      await at.press('success');
      await at.sees('bot:guide.closed');
    },
  },
  {
    name: 'firmware-first',
    async run(at) {
      await at.label(recorder3);
      await at.answers(['everInEzviz', 'no']);
      await at.sees('policy:question.firmware.text');
      at.wrong('words instead of a version');
      await at.types({ en: 'the old one', ru: 'старая какая-то' });
      await at.seesWhatIsOfUse();
      at.remark('the beginning is all that can be read');
      await at.types('3.4');
      await at.answers(['updateTo4x', 'exists']);
      await at.sees('policy:rule.recorder-3x-update', { firmware: 'V3.4' });
      await at.press('firmware-first');
      await at.step('firmware-first', 'backup');
      await at.press('next');
      await at.step('firmware-first', 'file');
      at.wrong('only a similar model’s file is there');
      await at.looksDifferent('firmware-first', 'file');
      await at.press('next');
      await at.step('firmware-first', 'update');
      await at.press('next');
      await at.step('firmware-first', 'wait');
      at.wrong('Back: the update is not finished');
      await at.press('back');
      await at.step('firmware-first', 'update');
      await throughTo(at, 'firmware-first', 'wait');
      await at.press('success');
      at.remark('the recorder is assessed anew');
      await at.answers(
        ['firmware', 'V4.30.085'],
        ['adminPassword', 'yes'],
        ['onSite', 'monitor'],
        ['cloud', 'online'],
      );
      await at.sees('policy:rule.menu-after-update', { firmware: 'V4.30.085' });
    },
  },
  {
    name: 'update-refused',
    async run(at) {
      await at.label(recorder3);
      await at.answers(['everInEzviz', 'no'], ['firmware', 'V3.4.98'], ['updateTo4x', 'exists']);
      await at.press('firmware-first');
      await at.step('firmware-first', 'backup');
      await at.press('next');
      await at.step('firmware-first', 'file');
      await at.press('next');
      await at.step('firmware-first', 'update');
      at.wrong('the file is refused, and he types what the screen says');
      await at.types('upgrade packet mismatch');
      await at.sees('policy:rule.recorder-update-refused', { firmware: 'V3.4.98' });
      await at.press('ask-supplier');
      await at.step('ask-supplier', 'ask');
      at.wrong('the supplier has another file, and it is refused as well');
      await at.press('exists');
      await at.sees('policy:rule.recorder-3x-update');
      await at.press('firmware-first');
      await at.step('firmware-first', 'backup');
      await at.press('next');
      await at.step('firmware-first', 'file');
      at.wrong('none of the files there is for this hardware');
      await at.press('differs');
      await at.sees('guide:step.firmware-first.file.differs');
      await at.press('refused');
      await at.sees('policy:blocker.ask-supplier');
      await at.press('ask-supplier');
      await at.step('ask-supplier', 'ask');
      await at.press('no-file');
      await at.answers(['previousOwner', 'no']);
      await at.sees('policy:rule.recorder-3x-no-update', { firmware: 'V3.4.98' });
      await at.press('service-centre');
      await at.sees('report:me.askFirm');
      await at.press('leave-out');
      await at.sees('policy:rma.body', { reason: at.t('policy:when.recorder-3x-no-update') });
      await at.press('cancel');
      await at.sees('bot:close.cancelled');
    },
  },
  {
    name: 'service-centre',
    async run(at) {
      await at.label(recorder3);
      await at.answers(['everInEzviz', 'yes']);
      await at.sees('policy:question.previousOwner.text');
      at.wrong('he answers in words, and the other way round first');
      await at.types({ en: 'the previous owner can delete it', ru: 'прежний владелец может удалить' });
      await at.sees('policy:blocker.previous-owner');
      await at.press('previous-owner');
      await at.step('previous-owner', 'ask');
      await throughTo(at, 'previous-owner', 'shop', 'request');
      at.remark('he does not answer the telephone any more');
      await at.press('failed');
      await at.sees('policy:rule.ever-in-ezviz');
      at.wrong('the answer is changed: it was not in EZVIZ');
      await at.press('change');
      await at.sees('bot:assess.change');
      await at.press('everInEzviz');
      await at.answers(['everInEzviz', 'no']);
      await at.sees('policy:question.firmware.text');
      at.remark('and changed back in words');
      await at.types({ en: 'it was in EZVIZ', ru: 'раньше был в EZVIZ' });
      await at.sees('policy:rule.ever-in-ezviz');
      await at.press('service-centre');
      await at.sees('report:me.askFirm');
      at.wrong('a phone alone is no name');
      await at.types('+7 900 123-45-67');
      await at.sees('report:me.unclear');
      await at.types(SIGNED);
      await at.sees('bot:rma.write', { email: 'support.ru@hikvision.com' });
      await at.sees('policy:rma.asks.serial-as-text-first');
      await at.sees('bot:rma.sourceDated', { dated: '12/03/2023' });
      await at.sees('policy:rma.says.support-does-not-unbind');
      const { text: letter } = await at.sees('policy:rma.body', {
        reason: at.t('policy:when.ever-in-ezviz'),
      });
      for (const line of SIGNED[at.language].split(', '))
        if (!letter.includes(`\n${line}`)) throw new Error(`the letter is not signed: ${letter}`);
      await at.sees('bot:rma.mailFile');
      await at.sees('bot:rma.ourAdvice');
      at.wrong('a question instead of the button');
      await at.types({ en: 'and now?', ru: 'и что теперь?' });
      await at.seesWhatIsOfUse();
      await at.press('sent');
      await at.sees('bot:rma.waiting');
      await at.types('/cases');
      await at.sees('bot:cases.title');
      await at.open('c');
      await at.sees('bot:cases.waiting');
      await at.press('attach');
      await at.sees('bot:cases.attach');
      at.wrong('a sticker is no answer');
      await at.sends('sticker');
      await at.seesWhatIsOfUse();
      await at.types('RMA 4711');
      await at.sees('bot:notes.kept');
      await at.press('close');
      await at.sees('bot:close.cancelled');
    },
  },
  {
    name: 'password unknown',
    async run(at) {
      await camera(at, ['adminPassword', 'no']);
      await at.sees('policy:blocker.recover-password');
      await at.press('recover-password');
      await at.step('recover-password', 'which');
      at.wrong('there is only an ordinary user');
      await at.looksDifferent('recover-password', 'which');
      await at.press('next');
      await at.step('recover-password', 'ask');
      at.wrong('a guess typed into the chat');
      await at.types('admin12345');
      await at.seesWhatIsOfUse();
      await throughTo(at, 'recover-password', 'attempts', 'recovery');
      at.wrong('not found yet');
      await at.press('failed');
      await at.answers(['adminPassword', 'no']);
      await at.press('recover-password');
      await at.step('recover-password', 'which');
      at.remark('the owner calls');
      await at.types({ en: 'I have the password', ru: 'пароль дали' });
      await at.sees('policy:question.onSite.text');
    },
  },
  {
    name: 'cloud offline, without a laptop',
    async run(at) {
      await camera(at, ['adminPassword', 'yes'], ['onSite', 'phone'], ['cloud', 'offline']);
      await at.sees('policy:blocker.bring-online');
      await at.press('bring-online');
      await at.step('bring-online', 'enabled');
      at.wrong('the page is not there');
      await at.press('differs');
      await at.sees('guide:step.bring-online.enabled.differs');
      await at.types({ en: 'invalid xml', ru: 'неверный xml' });
      await at.sees('help:article.invalid-xml.todo');
      await at.press('helped');
      await at.step('bring-online', 'enabled');
      for (const step of ['address', 'gateway', 'dns']) {
        await at.press('next');
        await at.sees('bot:guide.compare', { success: at.t('guide:success.bring-online') });
        await at.press('next');
        await at.step('bring-online', step);
      }
      at.wrong('Back: was the gateway right?');
      await at.press('back');
      await at.step('bring-online', 'gateway');
      await at.press('next');
      await at.sees('bot:guide.compare');
      at.wrong('text instead of a button');
      await at.types({ en: 'how long does it take?', ru: 'а долго ждать?' });
      await at.seesWhatIsOfUse();
      await at.press('online');
      await at.sees('policy:rule.phone-on-lan');
    },
  },
  {
    name: 'not on the same LAN',
    async run(at) {
      await camera(at, ['adminPassword', 'yes'], ['onSite', 'nothing'], ['cloud', 'online']);
      await at.sees('policy:blocker.get-onto-lan');
      await at.press('get-onto-lan');
      await at.step('get-onto-lan', 'cable');
      at.wrong('Back at the first step');
      await at.press('back');
      await at.sees('policy:blocker.get-onto-lan');
      await at.press('get-onto-lan');
      await at.step('get-onto-lan', 'cable');
      await at.press('next');
      await at.step('get-onto-lan', 'address');
      at.wrong('the addresses differ');
      await at.looksDifferent('get-onto-lan', 'address');
      at.wrong('a photo instead of a button');
      await at.label(unbindableCamera);
      await at.sees('bot:switch.same');
      await at.step('get-onto-lan', 'address');
      await throughTo(at, 'get-onto-lan', 'vpn');
      await at.press('success');
      await at.answers(['onSite', 'phone']);
      await at.sees('policy:rule.phone-on-lan');
    },
  },
  {
    name: 'EZVIZ brand: the previous owner',
    async run(at) {
      await at.label(ezvizCamera);
      await at.sees('policy:rule.ezviz-brand');
      await at.press('previous-owner');
      await at.step('previous-owner', 'ask');
      at.wrong('nobody knows the owner');
      await at.looksDifferent('previous-owner', 'ask');
      await at.press('next');
      await at.step('previous-owner', 'shop');
      at.wrong('a contact instead of a button');
      await at.sends('contact');
      await at.seesWhatIsOfUse();
      await throughTo(at, 'previous-owner', 'request');
      at.wrong('not yet: Back');
      await at.press('back');
      await at.step('previous-owner', 'request');
      await throughTo(at, 'previous-owner');
      at.wrong('he does not answer, so nobody here can do anything');
      await at.press('failed');
      await at.sees('policy:rule.owner-out-of-reach');
      await at.press('service-centre');
      await at.sees('report:me.askFirm');
      await at.press('only');
      await at.sees('bot:rma.ezviz');
      await at.sees('policy:rma.body', { reason: at.t('policy:when.owner-out-of-reach') });
      at.remark('and then he calls');
      await at.press('back');
      await at.press('change');
      await at.sees('bot:assess.change');
      await at.press('previousOwner');
      await at.answers(['previousOwner', 'yes']);
      await at.sees('policy:rule.ezviz-brand');
      await at.press('previous-owner');
      await at.step('previous-owner', 'ask');
      await throughTo(at, 'previous-owner', 'shop', 'request');
      await at.press('success');
      await at.sees('bot:guide.closed');
    },
  },
  {
    name: 'alarm panel: the installer',
    async run(at) {
      await at.types({ en: 'axpro alarm panel', ru: 'охранная панель axpro' });
      await at.sees('bot:identify.understood');
      await at.answers(['everInEzviz', 'no']);
      await at.sees('policy:rule.alarm-panel');
      await at.press('installer-account');
      await at.step('installer-account', 'ask');
      at.wrong('the installer is gone');
      await at.looksDifferent('installer-account', 'ask');
      at.wrong('a typed no: it is not like this');
      await at.types({ en: 'no', ru: 'нет' });
      await at.sees('guide:step.installer-account.ask.differs');
      await at.press('back');
      await at.step('installer-account', 'ask');
      at.wrong('given up with /cancel');
      await at.types('/cancel');
      await at.sees('bot:close.cancelled');
      at.remark('begun anew, in words and in one message');
      await at.types({ en: 'axpro hub, never in ezviz', ru: 'панель axpro, ezviz не ставили' });
      await at.sees('policy:rule.alarm-panel');
      await at.press('installer-account');
      await at.step('installer-account', 'ask');
      await throughTo(at, 'installer-account');
      await at.press('success');
      await at.sees('bot:guide.closed');
    },
  },
  {
    name: 'a device in words: what was said is not asked again',
    async run(at) {
      await at.types({
        en: 'old nvr on 3.4.92, it was in EZVIZ',
        ru: 'старый регик на 3.4.92, раньше в EZVIZ',
      });
      await at.sees('bot:identify.understood');
      await at.answers(['previousOwner', 'no']);
      await at.sees('policy:rule.ever-in-ezviz');
      at.wrong('the service centre needs a name for it');
      await at.press('service-centre');
      await at.sees('bot:rma.needsSerial');
      at.wrong('a password is no name');
      await at.types('Canary-Pass-77');
      await at.sees('bot:identify.help');
      at.wrong('a photo without a label');
      await at.sends('location');
      await at.sees('bot:identify.help');
      await at.types(recorder3.profile.fullSerial);
      await at.sees('policy:rule.ever-in-ezviz');
      await at.press('service-centre');
      await at.sees('report:me.askFirm');
      await at.press('leave-out');
      at.remark('the letter is named by the short serial number, whatever stands behind it in the long one');
      await at.seesFile('bot:rma.mailFile', `${recorder3.profile.shortSerial}.eml`);
      await at.types('/new');
      await at.sees('bot:identify.ask');
      at.remark('words under the photo count as well');
      await at.label(
        unbindableCamera,
        { en: 'password known, phone on the wifi', ru: 'пароль есть, с телефоном' }[at.language],
      );
      await at.sees('bot:identify.understood');
      await at.answers(['everInEzviz', 'no'], ['cloud', 'online']);
      await at.sees('policy:rule.phone-on-lan');
    },
  },
];
