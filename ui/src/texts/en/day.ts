export const day = {
  title: 'My day',
  hello: '{name}, {day}',
  post: '{post} · {division}',
  visitor: 'You are looking as a visitor. Choose a role at the top right.',
  waitingNone: 'Nothing is waiting',
  changes: 'Recent changes',
  changesLead: 'In {place}, newest first',
  changesNone: 'Nothing has changed',
  figures: 'Figures I answer for',
  new: 'new',
  cards: 'Today',
}
