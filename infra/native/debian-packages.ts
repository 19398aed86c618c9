import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Sees to it that a program of a Debian package is there, installing the packages when run as root.
 * @throws with the command that would help
 */
export function needDebianPackages(program: string, packages: readonly string[]): void {
  if (existsSync(program)) return;
  const install = ['install', '-y', '-q', '--no-install-recommends', ...packages];
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, stdio: 'ignore', timeout: 300_000 } as const;
    spawnSync('apt-get', ['update', '-q'], options);
    spawnSync('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...install], options);
  }
  if (!existsSync(program))
    throw new Error(`${program} is missing. It comes with: sudo apt-get ${install.join(' ')}`);
}
