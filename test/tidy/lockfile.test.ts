import { describe, expect, test } from 'vitest';
import { readFiles } from '../repository/files.ts';

interface Lock {
  readonly packages: Readonly<
    Record<
      string,
      { readonly resolved?: string; readonly optionalDependencies?: Readonly<Record<string, string>> }
    >
  >;
}

/**
 * Packages for other platforms that a locked package names and the lockfile leaves out: with them missing,
 * `npm ci` refuses the lockfile on every machine. It happens when the registry did not list them on the day.
 */
function missingPlatforms({ packages }: Lock): readonly string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`${path}/node_modules/${name}` in packages) && !(`node_modules/${name}` in packages),
      )
      .map((name) => `${path}: ${name}`),
  );
}

/** Addresses of a registry would send everybody else there too. */
const addresses = ({ packages }: Lock): readonly string[] =>
  Object.values(packages).flatMap(({ resolved }) => (resolved?.includes('://') ? [resolved] : []));

const text = readFiles().find(({ path }) => path === 'package-lock.json')?.text ?? '{"packages":{}}';
const lock = JSON.parse(text) as Lock;

describe('the lockfile', () => {
  test('locks the packages of every platform', () => {
    expect(Object.keys(lock.packages).length).toBeGreaterThan(1);
    expect(missingPlatforms(lock)).toEqual([]);
  });
  test('names no registry', () => {
    expect(addresses(lock)).toEqual([]);
  });
});

describe('planted violations are found', () => {
  test('a platform that is missing, and one that is there', () => {
    const planted = {
      packages: {
        'node_modules/tool': {
          optionalDependencies: { 'tool-linux': '1.0.0', 'tool-mac': '1.0.0', own: '1.0.0' },
        },
        'node_modules/tool-linux': {},
        'node_modules/tool/node_modules/own': {},
      },
    };
    expect(missingPlatforms(planted)).toEqual(['node_modules/tool: tool-mac']);
  });
  test('an address', () => {
    const planted = {
      packages: { a: { resolved: 'https://registry.example/a.tgz' }, b: { resolved: 'packages/b' } },
    };
    expect(addresses(planted)).toEqual(['https://registry.example/a.tgz']);
  });
});
