/** Namespaces of ISAPI documents, as devices write them (protocol/isapi.md 2.1). */
export const NAMESPACES = [
  'http://www.hikvision.com/ver20/XMLSchema',
  'http://www.isapi.org/ver20/XMLSchema',
  'http://www.std-cgi.com/ver20/XMLSchema',
  'http://www.std-cgi.com/ver10/XMLSchema',
  'http://www.std-cgi.org/ver20/XMLSchema',
  'http://www.hikvision.com/ver10/XMLSchema',
  'urn:psialliance-org',
];
