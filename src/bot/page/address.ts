/** Where `/agent` is, as it is told to people. @param hubUrl what agents dial, without a slash at its end */
export function pageAddress(hubUrl: string): string {
  return `${hubUrl}/agent`;
}
