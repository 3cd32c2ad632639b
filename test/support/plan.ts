import type { UnbindPlan } from '../../src/lan-agent/unbind/contract.ts';

/** What a prompt is asked to show: a camera with nothing odd about it. */
export const PLAN: UnbindPlan = {
  shortSerial: 'E12345678',
  fullSerial: null,
  model: 'DS-2CD2143G0-I',
  address: '192.168.1.64',
  mac: '00-00-5e-00-53-a1',
  interface: 'eth0',
  driver: 'sadp-3.0',
  announcedAddress: null,
  wireMac: null,
  askCable: false,
  attemptsLeft: null,
  attemptsAssumed: false,
  technician: 'Anna',
  origin: 'bot',
};
