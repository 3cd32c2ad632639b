import { randomInt } from 'node:crypto';
import type { BotCommand, UserFromGetMe } from 'grammy/types';
import type { Chats } from './chats.ts';
import type { CallbackAnswer, EventBus } from './events.ts';
import type { Files } from './files.ts';
import { badRequest } from './refusal.ts';
import type { UpdateQueue } from './updates.ts';
import type { Webhook } from './webhook.ts';

/** Everything a method works on. */
export interface World {
  readonly me: UserFromGetMe;
  readonly chats: Chats;
  readonly files: Files;
  readonly updates: UpdateQueue;
  readonly webhook: Webhook;
  readonly queries: CallbackQueries;
  readonly settings: BotSettings;
  readonly events: EventBus;
}

/** What the bot says about itself, each by language (`''` is for everybody). */
export interface BotSettings {
  /** By scope and language, as `scopeKey` writes it. */
  readonly commands: Map<string, readonly BotCommand[]>;
  readonly names: Map<string, string>;
  readonly descriptions: Map<string, string>;
  readonly shortDescriptions: Map<string, string>;
}

/** Pressed buttons that wait for an answer; each is answered once. */
export class CallbackQueries {
  readonly #users = new Map<string, number>();
  readonly #answers = new Map<number, CallbackAnswer[]>();

  /** @returns the id of a new query */
  open(userId: number): string {
    const id = `${randomInt(1, 2 ** 47)}${randomInt(1, 2 ** 20)}`;
    this.#users.set(id, userId);
    return id;
  }

  /** @returns who pressed. @throws Refusal when it was answered before or never asked */
  answer(id: string, answer: CallbackAnswer): number {
    const userId = this.#users.get(id);
    if (userId === undefined) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    this.#users.delete(id);
    this.#answers.set(userId, [...this.answersFor(userId), answer]);
    return userId;
  }

  /** What a person was answered, oldest first. */
  answersFor(userId: number): readonly CallbackAnswer[] {
    return this.#answers.get(userId) ?? [];
  }
}

/** Commands as a person sees them in a private chat: own language first, then everybody's. */
export function commandsFor(settings: BotSettings, chatId: number, language: string): readonly BotCommand[] {
  const scopes = [`chat:${chatId}`, 'all_private_chats', 'default'];
  for (const scope of scopes) {
    for (const code of [language, '']) {
      const commands = settings.commands.get(`${scope}/${code}`);
      if (commands) return commands;
    }
  }
  return [];
}
