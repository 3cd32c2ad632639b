import * as z from 'zod';
import { badRequest } from '../refusal.ts';
import type { BotSettings } from '../world.ts';
import { chatId, type Method, method } from './method.ts';

const MAX_COMMANDS = 100;

const botCommand = z.object({ command: z.string(), description: z.string() });
const scope = z.object({ type: z.string(), chat_id: chatId.optional() }).default({ type: 'default' });
const language = z.string().default('');

type Scope = z.infer<typeof scope>;

function scopeKey({ type, chat_id }: Scope, languageCode: string): string {
  return `${chat_id === undefined ? type : `${type}:${chat_id}`}/${languageCode}`;
}

const setMyCommands = method(
  { commands: z.array(botCommand), scope, language_code: language },
  (world, { commands, scope, language_code }) => {
    if (commands.length > MAX_COMMANDS) throw badRequest('BOT_COMMANDS_TOO_MUCH');
    for (const { command, description } of commands) {
      if (!/^\/?[a-z0-9_]{1,32}$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
      if (description.length < 1 || description.length > 256) {
        throw badRequest('BOT_COMMAND_DESCRIPTION_INVALID');
      }
    }
    const listed = commands.map(({ command, description }) => ({
      command: command.replace(/^\//, ''),
      description,
    }));
    world.settings.commands.set(scopeKey(scope, language_code), listed);
    world.events.emit({ type: 'settings' });
    return true;
  },
);

const getMyCommands = method(
  { scope, language_code: language },
  (world, { scope, language_code }) => world.settings.commands.get(scopeKey(scope, language_code)) ?? [],
);

const deleteMyCommands = method({ scope, language_code: language }, (world, { scope, language_code }) => {
  world.settings.commands.delete(scopeKey(scope, language_code));
  world.events.emit({ type: 'settings' });
  return true;
});

type TextSetting = 'names' | 'descriptions' | 'shortDescriptions';

/** Sets one text about the bot in one language; an empty text takes it back. */
function setText(parameter: string, setting: TextSetting, max: number): Method {
  return method({ [parameter]: z.string().default(''), language_code: language }, (world, parameters) => {
    const text = String(parameters[parameter]);
    if (text.length > max) throw badRequest(`bot ${parameter.replace('_', ' ')} is too long`);
    world.settings[setting].set(String(parameters.language_code), text);
    world.events.emit({ type: 'settings' });
    return true;
  });
}

function getText(parameter: string, setting: TextSetting): Method {
  return method({ language_code: language }, (world, { language_code }) => ({
    [parameter]: textOf(world.settings, setting, language_code),
  }));
}

/** A text about the bot in a language, or everybody's. */
function textOf(settings: BotSettings, setting: TextSetting, languageCode: string): string {
  return settings[setting].get(languageCode) || settings[setting].get('') || '';
}

export const settingMethods: Readonly<Record<string, Method>> = {
  getMe: method({}, (world) => world.me),
  setMyCommands,
  getMyCommands,
  deleteMyCommands,
  setMyName: setText('name', 'names', 64),
  getMyName: getText('name', 'names'),
  setMyDescription: setText('description', 'descriptions', 512),
  getMyDescription: getText('description', 'descriptions'),
  setMyShortDescription: setText('short_description', 'shortDescriptions', 120),
  getMyShortDescription: getText('short_description', 'shortDescriptions'),
};
