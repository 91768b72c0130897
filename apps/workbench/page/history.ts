/** The runs of this browser, newest first. Only addresses are stored; the server has the runs. */
export interface PastRun {
  readonly address: string;
  readonly title: string;
  readonly inputs: string;
  readonly engine: string;
  readonly startedAt: string;
}

const KEY = 'quartet-workbench-history';
const KEPT = 50;

export function pastRuns(): PastRun[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '[]') as PastRun[];
  } catch {
    return [];
  }
}

export function remember(run: PastRun): void {
  const others = pastRuns().filter(({ address }) => address !== run.address);
  localStorage.setItem(KEY, JSON.stringify([run, ...others].slice(0, KEPT)));
}

export function forgetAll(): void {
  localStorage.removeItem(KEY);
}
