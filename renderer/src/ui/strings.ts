/** Words that stand everywhere. */
export const words = {
  cancel: 'Cancel',
  undo: 'Undo',
  loading: 'Loading',
  notLoaded: 'This could not be loaded',
  tryAgain: 'Try again',
  copied: 'Copied',
}
