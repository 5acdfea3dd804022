/** An object that refuses members it does not have, so that nothing runs against a stand-in that only shrugs. */

/** Looked for by the language, by `await`, by assertions and by inspection; never part of Electron. */
const askedByOthers = new Set<PropertyKey>([
  'then',
  'toJSON',
  '__esModule',
  'default',
  'asymmetricMatch',
  'domain',
]);

export function strict<T extends object>(name: string, object: T): T {
  return new Proxy(object, {
    get(target, member, receiver) {
      if (member in target || typeof member === 'symbol' || askedByOthers.has(member)) {
        const value: unknown = Reflect.get(target, member, receiver);
        return value;
      }
      throw new Error(`The stand-in for Electron has no ${name}.${member}`);
    },
  });
}

/** The same for an object of a class. Private fields do not work through a proxy: methods get the object itself. */
export function bound<T extends object>(name: string, object: T): T {
  return new Proxy(strict(name, object), {
    get(target, member) {
      const value: unknown = Reflect.get(target, member);
      return typeof value === 'function' ? value.bind(object) : value;
    },
  });
}

/** The same for a class: its static members, and every object made of it. */
export function strictClass<C extends new (...args: never[]) => object>(name: string, made: C): C {
  return new Proxy(strict(name, made), {
    construct(target, args, newTarget) {
      return bound(name, Reflect.construct(target, args, newTarget) as object);
    },
  });
}
