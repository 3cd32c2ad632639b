import type { ActionName } from './actions.ts';
import type { Scene } from './scene.ts';

/**
 * The forms of what has ended or become another between two scenes. A page that was left open has them still, with what was
 * typed for that: into what came after they may not be sent.
 */
export function outlived(before: Scene, now: Scene): ActionName[] {
  return [
    ...(before.question === now.question ? [] : (['answer'] as const)),
    ...(before.pairing === now.pairing ? [] : (['agree'] as const)),
  ];
}
