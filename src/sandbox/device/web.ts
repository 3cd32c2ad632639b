/** The device's web server: the part of ISAPI that the product reads (protocol/isapi.md 2 to 7). Plain HTTP only. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { LoginDesk, pathOf } from './digest.ts';
import type { DeviceMachine, PasswordOutcome } from './machine.ts';
import { type Element, write } from './xml.ts';

/** Why a request was not let in. */
type Refusal = Exclude<PasswordOutcome, 'right'> | 'challenge' | 'stale';

export class WebFace {
  readonly #machine: DeviceMachine;
  readonly #desk: LoginDesk;
  readonly #server: Server;

  constructor(machine: DeviceMachine) {
    this.#machine = machine;
    this.#desk = new LoginDesk(machine.profile.web);
    this.#server = createServer((request, response) => {
      request.resume();
      this.#answer(request.method ?? 'GET', request.url ?? '/', request.headers.authorization, response);
    });
  }

  /** Listens on the device's own address. @returns the port. */
  listen(port: number): Promise<number> {
    const { address } = this.#machine.profile;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ host: address, port }, () => {
        this.#server.off('error', reject);
        const bound = this.#server.address();
        resolve(typeof bound === 'object' && bound ? bound.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(method: string, uri: string, credentials: string | undefined, response: ServerResponse): void {
    if (this.#machine.deaf) {
      response.destroy();
      return;
    }
    const path = pathOf(uri);
    this.#machine.count('httpRequests');
    if (method !== 'GET' || path.endsWith('/unbind')) this.#machine.count('httpWrites');
    if (path === '/SDK/activateStatus') {
      const activated = String(this.#machine.state().activated);
      send(response, 200, this.#document('ActivateStatus', [['Activated', activated]]));
      return;
    }
    const refusal = this.#admit(method, uri, credentials);
    if (refusal !== null) {
      response.setHeader('WWW-Authenticate', this.#desk.challenges(uri, refusal === 'stale'));
      send(response, 401, this.#refused());
      return;
    }
    const body = method === 'GET' ? this.#resource(path) : null;
    if (body !== null) send(response, 200, body);
    else send(response, method === 'GET' ? 404 : 403, this.#unsupported(method, path));
  }

  /** Null: come in. Counts on the same ledger as SADP. */
  #admit(method: string, uri: string, credentials: string | undefined): Refusal | null {
    const login = this.#desk.read(credentials, method, uri);
    if (login === 'none') return 'challenge';
    if (login === 'stale') return 'stale';
    const { userName, adminPassword } = this.#machine.profile;
    const outcome = this.#machine.tryPassword(() => login.matches(userName, adminPassword));
    if (outcome === 'right') return null;
    this.#machine.count('httpAuthFailures');
    return outcome;
  }

  /** The 401 of any resource carries the body of userCheck (protocol/isapi.md 6.1). */
  #refused(): string {
    const status: Element[] = [
      ['statusValue', 401],
      ['statusString', 'Unauthorized'],
    ];
    const { web } = this.#machine.profile;
    if (web.counters === 'bare') return bare(status);
    const { activated, lockedUntil, triesLeft } = this.#machine.state();
    if (!activated) return this.#document('userCheck', [...status, ['isActivated', 'false']]);
    return this.#document('userCheck', [
      ...status,
      ['isActivated', 'true'],
      ['lockStatus', lockedUntil === null ? 'unlock' : web.lockWord],
      ['unlockTime', this.#machine.lockSecondsLeft()],
      ['retryLoginTime', triesLeft],
    ]);
  }

  #resource(path: string): string | null {
    if (this.#machine.profile.web.unknownPaths.includes(path)) return null;
    switch (path) {
      case '/ISAPI/System/deviceInfo':
        return this.#deviceInfo();
      case '/ISAPI/System/Network/EZVIZ':
        return this.#ezviz();
      case '/ISAPI/System/Network/capabilities':
        return this.#wrap('NetworkCap', this.#networkCap());
      case '/ISAPI/System/capabilities':
        return this.#capabilities();
      case '/ISAPI/Security/userCheck':
        return this.#userCheck();
      case '/ISAPI/Security/illegalLoginLock':
        return this.#document('IllegalLoginLock', [
          ['enabled', 'true'],
          ['maxIllegalLoginTimes', this.#machine.profile.lockTries],
          // Seconds here, minutes in the capabilities (protocol/isapi.md 6.2).
          ['maxIllegalLoginLockTime', this.#machine.profile.lockMinutes * 60],
        ]);
      default:
        return null;
    }
  }

  #userCheck(): string {
    const status: Element[] = [
      ['statusValue', 200],
      ['statusString', 'OK'],
    ];
    if (this.#machine.profile.web.counters === 'bare') return bare(status);
    return this.#document('userCheck', [
      ...status,
      ['isDefaultPassword', 'false'],
      ['isRiskPassword', 'false'],
      ['isActivated', 'true'],
    ]);
  }

  #deviceInfo(): string {
    const { profile } = this.#machine;
    const [, version = profile.firmware, build] = /^(V[\d.]*\d)\D*(\d{6})?$/.exec(profile.firmware) ?? [];
    return this.#document('DeviceInfo', [
      ['deviceName', profile.web.deviceName],
      ['model', profile.model],
      ['serialNumber', profile.fullSerial],
      ['macAddress', profile.mac.toLowerCase().replaceAll('-', ':')],
      ['firmwareVersion', version],
      ...(build === undefined ? [] : [['firmwareReleasedDate', `build ${build}`] as const]),
      ['deviceType', profile.web.deviceType],
    ]);
  }

  #ezviz(): string {
    const { bound, cloud } = this.#machine.state();
    const { web } = this.#machine.profile;
    const server = lines([
      ['addressingFormatType', 'hostname'],
      ['hostName', 'litedev.hik-connect.com'],
    ]);
    const before = lines([
      ['enabled', String(cloud !== 'disabled')],
      ['registerStatus', String(cloud === 'online')],
      ...(cloud === 'offline' && web.offlineStatus !== null
        ? [['offlineStatus', web.offlineStatus] as const]
        : []),
    ]);
    const after = lines([
      ['verificationCode', web.verificationCode],
      ...(web.showsBindStatus ? [['bindStatus', bound ? 'bind' : 'unbind'] as const] : []),
    ]);
    return this.#wrap('EZVIZ', `${before}<serverAddress>\n${server}</serverAddress>\n${after}`);
  }

  #networkCap(): string {
    const { unbindFlag, labelCode } = this.#machine.profile.web;
    const unbind: Element[] = unbindFlag === null ? [] : [['isSupportEZVIZUnbind', String(unbindFlag)]];
    const flags = lines([['isSupportHttps', 'false'], ['isSupportEZVIZ', 'true'], ...unbind]);
    if (labelCode === null) return flags;
    const type = labelCode === 'empty' ? 'empty' : 'normal';
    return `${flags}<VerificationCodeModification opt="true,false">
<verificationCodeType opt="normal,empty">${type}</verificationCodeType>
<verificationCodeModify>${labelCode === 'changed'}</verificationCodeModify>
</VerificationCodeModification>
`;
  }

  #capabilities(): string {
    const { lockMinutes, lockTries } = this.#machine.profile;
    const network = `<NetworkCap>\n${this.#networkCap()}</NetworkCap>\n`;
    const security = [
      '<issupIllegalLoginLock>true</issupIllegalLoginLock>',
      '<isSupportUserCheck>true</isSupportUserCheck>',
      '<SecurityLimits><LoginPasswordLenLimit min="1" max="16"/></SecurityLimits>',
      `<maxIllegalLoginTimes min="3" max="20" def="${lockTries}"/>`,
      `<maxIllegalLoginLockTime min="1" max="120" def="${lockMinutes}"/>`,
    ].join('\n');
    return this.#wrap(
      'DeviceCap',
      `<SysCap>\n${network}</SysCap>\n<SecurityCap>\n${security}\n</SecurityCap>\n`,
    );
  }

  #unsupported(method: string, path: string): string {
    return this.#document('ResponseStatus', [
      ['requestURL', path],
      ['statusCode', 4],
      ['statusString', 'Invalid Operation'],
      ['subStatusCode', method === 'GET' ? 'notSupport' : 'methodNotAllowed'],
    ]);
  }

  #document(root: string, elements: readonly Element[]): string {
    return this.#wrap(root, lines(elements));
  }

  #wrap(root: string, content: string): string {
    const { namespace, version } = this.#machine.profile.web;
    return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} version="${version}" xmlns="${namespace}">\n${content}</${root}>\n`;
  }
}

/** As old recorders write it: two elements, no namespace (protocol/isapi.md 6.1). */
function bare(status: readonly Element[]): string {
  return `<?xml version="1.0" encoding="UTF-8" ?>\n<userCheck>\n${lines(status)}</userCheck>\n`;
}

function lines(elements: readonly Element[]): string {
  return elements.map((element) => `${write(element)}\n`).join('');
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'Content-Type': 'application/xml; charset="UTF-8"' }).end(body);
}
