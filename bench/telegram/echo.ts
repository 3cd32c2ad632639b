/** A bot of telegraf that only echoes, as anybody would write it: what a start is measured beside. */
import { Telegraf } from 'telegraf';
import { BENCH_TOKEN } from './bare-bot-api.ts';

const [, , apiRoot = ''] = process.argv;
const bot = new Telegraf(BENCH_TOKEN, { telegram: { apiRoot } });
bot.on('message', (context) => context.reply('echo'));
await bot.launch();
