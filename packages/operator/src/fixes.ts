/** The commands that mend a stage, or the system on this machine. */
export type Fixes = ReturnType<typeof fixesFor>;

export type Mended = {
  /** The option that names the system on this machine, if it is that one. */
  localOption?: string | undefined;
  /** Empty if it is not known. */
  stage: string;
};

export function fixesFor({ localOption, stage }: Mended) {
  const isLocal = localOption !== undefined;
  const at = `--stage ${stage || "<stage>"}`;
  const deploy = isLocal ? "npm start" : `npm run deploy -- ${at}`;
  // Without a value SST asks for it: a shell would remember it.
  const set = (name: string) => `npx sst secret set ${name} ${at}`;
  return {
    deploy,
    /** After somebody else than SST has changed what it had deployed: without the first, it would see no difference. */
    redeploy: isLocal
      ? `npm start -- --fresh${localOption === "--local" ? "" : ` ${localOption}`} (it erases all users, chats and messages on this machine)`
      : `npx sst refresh ${at} && ${deploy}`,
    set,
    /** The functions know a secret from their next deployment on. */
    setSecret: (name: string) => `${set(name)} && ${deploy}`,
    henji: (command: string) =>
      isLocal
        ? `npm run henji -- ${command} ${localOption}`
        : `npx sst shell ${at} -- npm run henji -- ${command}`,
  };
}
