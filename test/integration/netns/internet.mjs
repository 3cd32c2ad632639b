// What a laptop meets on its way to the server, as one program: DNS, web, TLS and a proxy, each with manners to choose.
// Argument: JSON { dns?: {name: address}, http?: 'redirect'|'page', tls?: {key, cert}, plain?: true, proxy?: status }.
// Prints "ready" when all of it listens.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';

const { dns, http, tls, proxy, plain } = JSON.parse(process.argv[2] ?? '{}');
const opened = [];
const listen = (server, port) => opened.push(new Promise((done) => server.listen(port, '0.0.0.0', done)));

if (dns) {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => socket.send(answerOf(query), from.port, from.address));
  opened.push(new Promise((done) => socket.bind(53, '0.0.0.0', done)));
}
if (http) {
  listen(
    createServer((_, response) => {
      if (http === 'redirect') response.writeHead(302, { location: 'http://portal.example/login' }).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome</html>');
    }),
    80,
  );
}
if (tls) {
  const notFound = (_, response) => response.writeHead(404, { 'content-type': 'text/html' }).end('<html>');
  listen(createTlsServer(tls, notFound), 443);
}
if (plain)
  listen(
    createTcpServer((socket) => socket.once('data', () => socket.end('220 hello\r\n'))),
    443,
  );
if (proxy) {
  const server = createServer();
  server.on('connect', (_, socket) => socket.end(`HTTP/1.1 ${proxy} No\r\n\r\n`));
  listen(server, 3128);
}
await Promise.all(opened);
process.stdout.write('ready\n');

/** RFC 1035: one question; an A record where the name is known, nothing for other types, else "no such name". */
function answerOf(query) {
  let end = 12;
  const labels = [];
  for (; query[end] !== 0; end += query[end] + 1)
    labels.push(query.toString('latin1', end + 1, end + 1 + query[end]));
  const question = query.subarray(12, end + 5);
  const address = dns[labels.join('.')];
  const isA = query.readUInt16BE(end + 1) === 1;
  const header = Buffer.from(query.subarray(0, 12));
  header.writeUInt16BE(address ? 0x8180 : 0x8183, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(address && isA ? 1 : 0, 6);
  header.writeUInt32BE(0, 8);
  const record = Buffer.from([
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    4,
    ...(address ?? '0.0.0.0').split('.').map(Number),
  ]);
  return Buffer.concat(address && isA ? [header, question, record] : [header, question]);
}
