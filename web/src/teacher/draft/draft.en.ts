import { en } from '@/words/en'

const { count } = en

/** Words of looking through what was proposed. */
export const say = {
  untitled: 'Draft',
  back: 'Quizzes',
  gone: 'This draft is not there any more',
  goneHelp: 'It was thrown away, or it is someone else’s.',
  made: 'Here is what is proposed. Look at each question beside the sentence it rests on.',
  from: (names: string) => `From ${names}`,

  states: { proposed: 'Proposal', kept: 'Kept', dropped: 'Dropped' },
  edited: 'edited by you',
  demand: { recall: 'Remembering', application: 'Applying' },
  demandHelp: { recall: 'Asks for something that the text says.', application: 'Asks to use what the text says.' },
  right: 'right answer',
  accepted: 'Accepted answers',
  explanation: 'Explanation',
  topic: 'Topic',

  source: 'From the text',
  noSource: 'No text was given, so there is no sentence to hold this against. Check it yourself.',
  page: (page: number) => `page ${page}`,

  keep: 'Keep',
  drop: 'Drop',
  edit: 'Edit',
  another: 'Another',
  takeBack: 'Take back',
  undo: 'Undo',
  previous: 'Previous question',
  next: 'Next question',
  of: (n: number, all: number) => `Question ${n} of ${all}`,
  dot: (n: number, state: string) => `Question ${n}: ${state}`,
  list: 'Questions',
  decided: (decided: number, all: number) => `${decided} of ${all} decided`,
  allDecided: (kept: number) => (kept === 0 ? 'All decided, none kept' : `All decided: ${count(kept, 'question')} kept`),
  didKeep: (n: number) => `Question ${n} kept.`,
  didDrop: (n: number) => `Question ${n} dropped.`,
  making: 'Another question is being made in its place…',
  noOther: 'No other question could be made.',
  arrived: (n: number) => `There is another question ${n}.`,
  editSave: 'Save and keep',
  editCancel: 'Cancel',
  question: 'Question',

  stale: 'This draft was changed in another window meanwhile. Here is how it stands now; look at this question again.',
  others: 'This draft was changed in another window meanwhile. Your decision was kept, and here is how the rest stands now.',
  stuck: (message: string) => `Not saved yet. ${message}`,
  again: 'Try again',

  rest: (n: number) => `Keep the rest (${n})`,
  finish: 'Make the quiz',
  finishTitle: (n: number) => `Make a quiz of ${count(n, 'question')}`,
  finishRest: (n: number) => `${count(n, 'question')} that you did not decide on ${n === 1 ? 'comes' : 'come'} along.`,
  finishLeft: (n: number) => `${count(n, 'question')} that you did not decide on ${n === 1 ? 'is' : 'are'} left out.`,
  finishHelp: 'The quiz opens in the editor, where everything can still be changed.',
  titleField: 'Title',
  none: 'Keep at least one question to make a quiz.',
  change: 'Change what you asked for',
  changeHelp: 'Another text, fewer questions or other kinds may work better.',
  changeFiles: 'Files have to be chosen again.',

  done: 'This draft has become a quiz.',
  open: 'Open the quiz',

  remove: 'Throw away',
  removeAsk: (title: string) => `Throw “${title}” away?`,
  removeHelp: 'The proposed questions are gone then, and what is still being made is stopped. This cannot be taken back.',
  removed: (title: string) => `“${title}” is thrown away.`,
} as const
