import * as z from 'zod';
import type { CallBody } from '../body.ts';
import { badRequest } from '../refusal.ts';
import type { World } from '../world.ts';

/** A call on its way: what it carries and whether its caller is still there. */
export interface Call extends CallBody {
  readonly signal: AbortSignal;
}

/** A method of the Bot API: reads its parameters and does it. */
export type Method = (world: World, call: Call) => unknown;

/** Every form of a call writes numbers and truth as text; JSON may. */
export const integer = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,16}$/)
    .transform(Number),
]);
export const flag = z.union([z.boolean(), z.stringbool()]);
export const chatId = z.union([z.int(), z.string().min(1)]);

/** Ties parameters to what is done with them. Parameters that a method does not know are passed over, as Telegram does. */
export function method<Shape extends z.ZodRawShape>(
  shape: Shape,
  run: (world: World, parameters: z.infer<z.ZodObject<Shape>>, call: Call) => unknown,
): Method {
  const schema = z.object(shape);
  return (world, call) => {
    const parsed = schema.safeParse(call.parameters);
    if (parsed.success) return run(world, parsed.data, call);
    const name = String(parsed.error.issues[0]?.path[0] ?? '');
    const given = Object.hasOwn(call.parameters, name);
    throw badRequest(given ? `can't parse parameter "${name}"` : `parameter "${name}" is required`);
  };
}
