/** `unbind-bot data`: the operator's own region pack and firmware. */
import { NO_REGION, REGIONS } from '../../policy/region.ts';
import { checkData } from '../data-command.ts';
import { type AddCommand, EXIT } from './cli.ts';

export const addData: AddCommand = (program, { env, t, print }) => {
  /** The file that REGION_PACK names; where it names a pack of the product, there is none to look at. */
  const ownFile = (): string[] => {
    const named = env.REGION_PACK?.trim() || NO_REGION;
    if (!REGIONS.includes(named)) return [named];
    print(t('bot:data.packaged', { region: named }));
    return [];
  };
  program
    .command('data')
    .description(t('bot:data.cli'))
    .command('check [files...]')
    .description(t('bot:data.check'))
    .action(async (files: string[]) => {
      const own = files.length > 0 ? files : ownFile();
      const areRight = await checkData(
        own.map((path) => ({ path })),
        { texts: t, print },
        Date.now(),
      );
      process.exitCode = areRight ? EXIT.done : EXIT.failed;
    });
};
