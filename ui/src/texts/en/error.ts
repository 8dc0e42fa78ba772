export const error = {
  offline: 'The county’s server cannot be reached',
  offlineDetail: 'Nothing on the page is lost. Check the network and try again.',
  http: 'The server refused the request ({status})',
  notJson: 'The server’s answer could not be read',
  aborted: 'Stopped',
  notFound: 'There is no such page',
  notFoundDetail: 'A piece of the address may be missing. Use the menu, or press Ctrl K.',
  trace: 'When you report this, quote {trace}',
}
