import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { needDebianPackages } from './debian-packages.ts';

const PROGRAM = '/usr/bin/openssl';
const TIMEOUT_MS = 30_000;
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Files in PEM: a server's key and certificate, good for two days and for 127.0.0.1 alone. */
export interface Certificates {
  /** The authority that signed it. */
  readonly ca: string;
  readonly key: string;
  readonly certificate: string;
  /** Key and certificate in one file, as Java takes them. */
  readonly both: string;
  /** An authority that signed nothing of it. */
  readonly otherCa: string;
}

/**
 * Makes an authority and what it signs, in `folder`.
 * @throws with the command that would help when there is no openssl and it cannot be installed
 */
export function makeCertificates(folder: string): Certificates {
  needDebianPackages(PROGRAM, ['openssl']);
  mkdirSync(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const files = { ca: at('ca.pem'), key: at('server.key'), certificate: at('server.pem') };
  makeAuthority(at('ca.key'), files.ca);
  makeAuthority(at('other-ca.key'), at('other-ca.pem'));
  writeFileSync(at('extensions'), 'subjectAltName=IP:127.0.0.1\n');
  run('req', ...NEW_KEY, '-keyout', files.key, '-out', at('server.csr'), '-subj', '/CN=a server of a test');
  run(
    ...['x509', '-req', '-days', '2', '-in', at('server.csr'), '-out', files.certificate],
    ...['-CA', files.ca, '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('extensions')],
  );
  const both = [files.key, files.certificate].map((file) => readFileSync(file, 'utf8')).join('');
  writeFileSync(at('both.pem'), both, { mode: 0o600 });
  return { ...files, both: at('both.pem'), otherCa: at('other-ca.pem') };
}

const makeAuthority = (key: string, certificate: string): void =>
  run(
    'req',
    '-x509',
    ...NEW_KEY,
    '-days',
    '2',
    '-keyout',
    key,
    '-out',
    certificate,
    '-subj',
    '/CN=of a test',
  );

function run(...args: readonly string[]): void {
  const { status, stderr } = spawnSync(PROGRAM, [...args], { encoding: 'utf8', timeout: TIMEOUT_MS });
  if (status !== 0) throw new Error(`openssl ${args[0]} failed: ${stderr}`);
}
