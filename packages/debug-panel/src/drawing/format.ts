/** Formats numbers. */

/** Milliseconds with about three figures: `0.42`, `8.3`, `120`. */
export function ms(value: number): string {
  if (value < 1) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** When something happened: `8.3`, from a second on without tenths, `10,250`. */
export function instant(value: number): string {
  return value < 1_000 ? value.toFixed(1) : Math.round(value).toLocaleString('en');
}

/** A number with its noun: `1 row`, `2 rows`. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en')} ${value === 1 ? one : many}`;
}
