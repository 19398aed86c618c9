import { expect, test } from 'vitest';
import { isPublicAddress, safeTarget } from './safe-address.ts';

for (const address of ['93.184.215.14', '8.8.8.8', '2606:4700:4700::1111', '172.32.0.1', '11.0.0.1'])
  test(`${address} is an address of the open internet`, () => expect(isPublicAddress(address)).toBe(true));

for (const address of [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::7f00:1',
  '64:ff9b::7f00:1',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  'ff02::1',
  '2001:db8::1',
  '2001::1',
  '2002:7f00:1::',
  'not an address',
])
  test(`${address} is not`, () => expect(isPublicAddress(address)).toBe(false));

const resolving = (...addresses: readonly string[]) => ({
  allowHttpLoopback: false,
  resolve: async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
});

test('a public https target is safe, with the address to connect to', async () => {
  const target = await safeTarget('https://hooks.example.org/a', resolving('93.184.215.14'));
  expect(target).toMatchObject({ kind: 'safe', address: '93.184.215.14', family: 4 });
});

for (const { name, url, addresses = ['93.184.215.14'] } of [
  { name: 'plain http', url: 'http://hooks.example.org/' },
  { name: 'another scheme', url: 'file:///etc/passwd' },
  { name: 'no URL', url: 'hooks' },
  { name: 'credentials', url: 'https://user:secret@hooks.example.org/' },
  { name: 'a name that points inside', url: 'https://hooks.example.org/', addresses: ['10.0.0.1'] },
  {
    name: 'a name that points inside as well',
    url: 'https://hooks.example.org/',
    addresses: ['93.184.215.14', '::1'],
  },
  { name: 'a private literal', url: 'https://192.168.0.1/' },
  { name: 'a private literal in decimal', url: 'https://2130706433/' },
  { name: 'a private literal in octal', url: 'https://0177.0.0.1/' },
  { name: 'a mapped literal', url: 'https://[::ffff:169.254.169.254]/' },
  { name: 'the metadata service', url: 'https://169.254.169.254/latest/meta-data' },
])
  test(`${name} is refused`, async () =>
    expect((await safeTarget(url, resolving(...addresses))).kind).toBe('refused'));

test('a name that does not resolve may resolve later', async () => {
  const failing = async () => {
    throw Object.assign(new Error('no'), { code: 'EAI_AGAIN' });
  };
  expect(await safeTarget('https://x.example/', { allowHttpLoopback: false, resolve: failing })).toEqual({
    kind: 'unresolved',
    code: 'EAI_AGAIN',
  });
  expect((await safeTarget('https://x.example/', resolving())).kind).toBe('unresolved');
});

test('http to this machine needs the setting, and the setting opens nothing else', async () => {
  expect((await safeTarget('http://127.0.0.1:1/', { allowHttpLoopback: true })).kind).toBe('safe');
  expect((await safeTarget('http://127.0.0.1:1/', { allowHttpLoopback: false })).kind).toBe('refused');
  expect((await safeTarget('http://8.8.8.8/', { allowHttpLoopback: true })).kind).toBe('refused');
  expect((await safeTarget('https://10.0.0.1/', { allowHttpLoopback: true })).kind).toBe('refused');
});
