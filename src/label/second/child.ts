/** A process that looks once more, with another reader, where no code could be read. */
import { prepareCodes } from '../codes.ts';
import { hardenSharp } from '../photo.ts';
import { readPhoto } from '../read-photo.ts';
import type { LabelReading, ReadJob } from '../reading.ts';
import { serve } from '../serve.ts';
import { prepareSecond, SECOND_WAY } from './wechat.ts';

await serve<ReadJob, LabelReading>(async () => {
  hardenSharp();
  // What is beside a label is looked for with the usual reader.
  await prepareCodes();
  await prepareSecond();
  return (job, { isCancelled }) => readPhoto(job, isCancelled, SECOND_WAY);
});
