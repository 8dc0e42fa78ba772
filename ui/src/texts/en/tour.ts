export const tour = {
  title: '10-minute tour',
  step: 'Stop {n} of {total}',
  next: 'Next stop',
  back: 'Previous stop',
  skip: 'Leave it here',
  finish: 'Done',
  again: 'Start from the first stop',
  do: 'Try it',
  seen: 'Seen',
  resume: 'Go on from last time',
  goThere: 'Take me there',
  done: 'That was the tour. Look around as you like.',
}
