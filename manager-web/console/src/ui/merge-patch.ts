const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What makes `after` of `before` (RFC 7396): only what differs, null where something went. Lists are compared, and replaced, as
 * a whole. Undefined is absent.
 */
export function mergePatch<T extends object>(before: T, after: T): T {
  const were = new Map<string, unknown>(Object.entries(before));
  const are = new Map<string, unknown>(Object.entries(after));
  const patch: Record<string, unknown> = {};
  for (const key of new Set([...were.keys(), ...are.keys()])) {
    const was = were.get(key);
    const is = are.get(key);
    if (isObject(is)) {
      const inner = mergePatch<object>(isObject(was) ? was : {}, is);
      if (Object.keys(inner).length > 0) {
        patch[key] = inner;
      }
    } else if (is === undefined || is === null) {
      if (was !== undefined && was !== null) {
        patch[key] = null;
      }
    } else if (JSON.stringify(was) !== JSON.stringify(is)) {
      patch[key] = is;
    }
  }
  return patch as T;
}
