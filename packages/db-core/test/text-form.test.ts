/** What an object says of itself is one thing, whichever form its class defines. */
import { inspect } from 'node:util';
import { hasDefaultTextForm, mapClass } from '@quartet/db-core/binding';

/** A library's own base class, whose form is nobody's choice. */
class Base {
  toString(): string {
    return '[object of the library]';
  }
}

hasDefaultTextForm(Base);

const forms = (object: object): string[] => [String(object), `${object}`, inspect(object)];
const map = (target: new () => object): object => {
  mapClass(target, {} as never);
  return new target();
};

test('of a class that defines inspect', () => {
  class User extends Base {
    [inspect.custom](): string {
      return "<User 'admin'>";
    }
  }
  expect(new Set(forms(map(User)))).toEqual(new Set(["<User 'admin'>"]));
});

test('of a class that defines toString', () => {
  class User extends Base {
    override toString(): string {
      return "<User 'admin'>";
    }
  }
  expect(new Set(forms(map(User)))).toEqual(new Set(["<User 'admin'>"]));
});

test('of a plain class without a library', () => {
  class User {
    [inspect.custom](): string {
      return "<User 'admin'>";
    }
  }
  mapClass(User, {} as never);
  expect(new Set(forms(new User()))).toEqual(new Set(["<User 'admin'>"]));
  expect(Object.keys(new User())).toEqual([]);
});

test('of a class that defines both, each as it says', () => {
  class User extends Base {
    override toString(): string {
      return 'admin';
    }
    [inspect.custom](): string {
      return `<User ${String(this)}>`;
    }
  }
  expect(forms(map(User))).toEqual(['admin', 'admin', '<User admin>']);
});

test('of a class that defines none, as before', () => {
  class User extends Base {}
  expect(forms(map(User))).toEqual([
    '[object of the library]',
    '[object of the library]',
    'User {}',
  ]);
});
