/** What past calls were about: the subject, and what the user noted. */
export const TALK: readonly (readonly [subject: string, note: string])[] = [
  ['Delivery date', 'Asked when the order arrives. Promised Thursday before noon.'],
  ['Quote for spring', 'Wants a quote for the same amount as last year, plus ten per cent.'],
  ['Invoice question', 'The second invoice has the old address. Sent to accounts for a new one.'],
  ['New colleague', 'A new colleague takes over purchasing in May. Will send the name.'],
  ['Complaint, solved', 'One box was damaged. A replacement leaves today, no charge.'],
  ['Contract renewal', 'Happy with the terms. Renewal for two years, papers by e-mail.'],
  ['Appointment', 'Meeting moved to Tuesday at ten, at their office.'],
  ['Opening hours', ''],
  ['Price list', 'Asked for the price list in euro and in pounds.'],
  [
    'Follow-up',
    'Has read the offer. Two questions on warranty, answered both.\nDecides next week.',
  ],
  ['Sample order', 'Two samples, oak and ash. Pays the postage.'],
  ['Support', 'Could not sign in to the shop. The password had expired; works again.'],
  ['Call back', 'Was on the road, asked to be called back after four.'],
  ['Credit note', ''],
  ['Reference visit', 'May we bring a customer along? Yes, any Friday in the afternoon.'],
  ['Reorder', 'The same as in March, and one more pallet.'],
];
