/** What the demo's answers say where `@quartet/express-service` leaves the text to the app. */
import type { HttpProblem } from '@quartet/express-service';
import { errorToProblem as toProblem } from '@quartet/express-service';

/** Which of two taken values a database names differs, so the text names neither. */
export const problemMessages = { duplicate: 'The name or the e-mail is already taken.' };

export function errorToProblem(error: unknown): HttpProblem {
  return toProblem(error, { messages: problemMessages });
}
