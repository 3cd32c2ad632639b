import type { Scene } from './scene.ts';

/** A device as people know it: its model and short serial number, where this laptop has seen it. */
export function deviceOf({ seen }: Pick<Scene, 'seen'>, shortSerial: string): string {
  const model = seen?.devices.find((one) => one.shortSerial === shortSerial)?.model;
  return model ? `${model} · ${shortSerial}` : shortSerial;
}
