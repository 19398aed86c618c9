import { isTypeScript, type TextFile } from './files.ts';

export interface Workspace {
  /** Folder, e.g. `packages/bus`. */
  readonly folder: string;
  /** Package name, e.g. `@outrider/bus`. */
  readonly name: string;
  /** Declared dependencies. */
  readonly dependencies: readonly string[];
  readonly files: readonly TextFile[];
}

/** The workspaces of the repository: folders with a package.json below packages/, services/, and test/. */
export function workspacesIn(files: readonly TextFile[]): readonly Workspace[] {
  return files.flatMap(({ path, text }) => {
    const folder = /^((?:packages|services)\/[^/]+|test)\/package\.json$/.exec(path)?.[1];
    if (folder === undefined) return [];
    const manifest = JSON.parse(text) as { name: string; dependencies?: Record<string, string> };
    return [
      {
        folder,
        name: manifest.name,
        dependencies: Object.keys(manifest.dependencies ?? {}),
        files: files.filter((file) => file.path.startsWith(`${folder}/`)).filter(isTypeScript),
      },
    ];
  });
}

/** What the root's package.json brings for tests and tools. */
export function rootToolsIn(files: readonly TextFile[]): readonly string[] {
  const root = files.find(({ path }) => path === 'package.json');
  const manifest = JSON.parse(root?.text ?? '{}') as { devDependencies?: Record<string, string> };
  return Object.keys(manifest.devDependencies ?? {});
}
