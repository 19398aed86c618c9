import { isTypeScript, type TextFile } from './files.ts';

export interface Workspace {
  /** Folder, e.g. `packages/bus`. */
  readonly folder: string;
  /** Package name, e.g. `@outrider/bus`. */
  readonly name: string;
  readonly dependencies: readonly string[];
  /** Declared for its tests. */
  readonly devDependencies: readonly string[];
  readonly files: readonly TextFile[];
}

interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** The workspaces of the repository: folders with a package.json below packages/, services/, and test/. */
export function workspacesIn(files: readonly TextFile[]): readonly Workspace[] {
  return files.flatMap(({ path, text }) => {
    const folder = /^((?:packages|services)\/[^/]+|test)\/package\.json$/.exec(path)?.[1];
    if (folder === undefined) return [];
    const manifest = JSON.parse(text) as Manifest;
    return [
      {
        folder,
        name: manifest.name,
        dependencies: Object.keys(manifest.dependencies ?? {}),
        devDependencies: Object.keys(manifest.devDependencies ?? {}),
        files: files.filter((file) => file.path.startsWith(`${folder}/`)).filter(isTypeScript),
      },
    ];
  });
}

/** What the root's package.json brings for tests and tools. */
export function rootToolsIn(files: readonly TextFile[]): readonly string[] {
  const root = files.find(({ path }) => path === 'package.json');
  const manifest = JSON.parse(root?.text ?? '{}') as Partial<Manifest>;
  return Object.keys(manifest.devDependencies ?? {});
}
