import { expect, it } from 'vitest';
import { outlived } from '../../../../src/lan-agent/window/outlived.ts';
import { NEW_LAPTOP, scenes, withNews } from '../../../support/window-scenes.ts';

it('are the forms of a question and of a step of the pairing, when it ends or is another, and no others', () => {
  const { password: asked = NEW_LAPTOP } = scenes('en');
  const { question } = asked;
  if (!question) throw new Error('nothing is asked there');
  const over = withNews(asked, { kind: 'asking', question: null, end: 'stopped' });
  const anew = withNews(asked, { kind: 'asking', question: { ...question } });
  expect([outlived(over, asked), outlived(asked, over), outlived(asked, anew)]).toEqual(
    Array(3).fill(['answer']),
  );
  const confirmed = withNews(NEW_LAPTOP, { kind: 'pairing-confirmed' });
  expect([outlived(NEW_LAPTOP, confirmed), outlived(confirmed, NEW_LAPTOP)]).toEqual(
    Array(2).fill(['agree']),
  );
  expect(outlived(asked, withNews(asked, { kind: 'checking' }))).toEqual([]);
});
