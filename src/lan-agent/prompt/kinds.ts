/** `--prompt`: where the password is asked for. */
export const PROMPT_KINDS = ['terminal', 'page'] as const;
export type PromptKind = (typeof PROMPT_KINDS)[number];
