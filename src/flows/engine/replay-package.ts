/** What of @grammyjs/conversations is used. It brings all of grammY, and is read late (replaying.ts). */
export { enterConversation, resumeConversation } from '@grammyjs/conversations';
