/** Words that stand everywhere. */
export const words = {
  cancel: 'Cancel',
  undo: 'Undo',
  deleted: (name: string) => `Deleted ${name}`,
  takenBack: 'Taken back',
  notTakenBack: 'It was not taken back',
  loading: 'Loading',
  notLoaded: 'This could not be loaded',
  tryAgain: 'Try again',
  copied: 'Copied',
}
