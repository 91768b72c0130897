// Reads an OpenAPI document from standard input and says what is wrong with it. A process of its own,
// because the validator is an ES module and the tests are CommonJS.
import { text } from 'node:stream/consumers';
import { Validator } from '@seriousme/openapi-schema-validator';

const validator = new Validator();
const result = await validator.validate(JSON.parse(await text(process.stdin)));
if (!result.valid) {
  console.log(JSON.stringify(result.errors, null, 1));
  process.exit(1);
}
validator.resolveRefs(); // throws for a reference that leads nowhere
console.log(`valid OpenAPI ${validator.version}`);
