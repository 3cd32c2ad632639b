/** `npm run package:agent`: portable packages for the laptops of technicians (docs/agent-packages.md). */
import { packageAgent } from './package/cli.ts';

process.exitCode = await packageAgent(process.argv.slice(2), process.env, {
  print: (line) => console.log(line),
  complain: (line) => console.error(line),
});
