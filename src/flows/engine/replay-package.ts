/** What of @grammyjs/conversations is used. It brings all of grammY, and is read late (replaying.ts). */
export { ReplayEngine } from '@grammyjs/conversations';
