/** Every wait on the network has an end: a connection that does not answer in time counts as dead, and is destroyed. */
import { clearTimeout, setTimeout } from 'node:timers';
import { OperationalError } from '../errors/errors';

/**
 * `answer`, or its rejection.
 *
 * @param destroy called when there is no answer after `ms` milliseconds.
 * @throws OperationalError `gone` then.
 */
export function answerWithin<T>(
  ms: number,
  answer: Promise<T>,
  destroy: () => void,
  what: string,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(noAnswer(what, ms));
      destroy();
    }, ms);
    answer.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: Error) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** @param what the subject of the sentence, as in `The statement` */
export function noAnswer(what: string, ms: number): OperationalError {
  return new OperationalError(
    `${what} was not answered within ${ms} ms, so the connection was given up: the server, or the network on the way to it, is silent.`,
    { reason: 'gone' },
  );
}
