import { inputsOf, readAddress, writeAddress } from '../page/address';

const at = (url: string) => readAddress(new URL(url, 'http://localhost') as unknown as Location);

test.each([
  '/',
  '/s/create',
  '/s/create?name=ana',
  '/s/n-plus-one?messages=8&engine=sqlite&run=abc&diff=extension%2Cclassical',
  '/f/apps/classical/src/models.ts',
  '/workshop',
  '/workshop/03',
])('the address %s is read and written alike', (address) => {
  expect(writeAddress(at(address))).toBe(address);
});

test('inputs that the address does not give have the scenario’s defaults', () => {
  const inputs = [
    { name: 'rows', label: 'Rows', type: 'number', value: 9 },
    { name: 'name', label: 'Name', type: 'text', value: 'ana' },
  ] as const;
  const scenario = { id: 'x', title: 'X', group: 'Relations', look: '', inputs } as const;
  expect(inputsOf(scenario, at('/s/x?rows=3&other=1').given)).toEqual({ rows: '3', name: 'ana' });
});
