import { en } from '@/words/en'

const { count } = en

/** Words of asking for a quiz. */
export const say = {
  title: 'Make a quiz',
  back: 'Quizzes',
  sources: 'What it is made of',
  source: { text: 'A text', files: 'A file', topic: 'A topic' },
  text: 'Your text',
  textHint: 'Some pages of a textbook or your own notes. Whole sentences work best.',
  textLength: (n: number) => count(n, 'word'),
  tooLong: 'This is longer than 400,000 characters. Take a part of it.',
  topic: 'Topic',
  topicHint: 'Such as “The water cycle, for grade 5”. Nothing is checked against a text then.',
  topicOffline: 'Without AI a quiz needs a text to be made of.',
  topicOfflineHelp: 'Paste some pages, or upload a file: every question then comes with the sentence it rests on.',
  toText: 'Paste a text instead',

  drop: 'Drop files here, or',
  choose: 'Choose files',
  more: 'Choose more',
  formats: 'PDF, Word (.docx), Markdown, plain text or HTML. Up to 50 MB each, five at most.',
  sending: (percent: number) => `sending, ${percent} %`,
  checking: 'being stored',
  there: 'is here',
  remove: (name: string) => `Take ${name} away`,
  again: 'Try again',
  size: (bytes: number) => (bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`),
  wrongKind: 'This kind of file cannot be read. Save it as PDF, Word (.docx), Markdown, text or HTML.',
  wrongSize: 'This file is larger than 50 MB. Take a part of it.',
  wrongEmpty: 'This file is empty.',
  tooMany: 'Five files are the most.',

  how: 'What it should be like',
  count: 'Questions',
  countHint: '1 to 30',
  types: 'Kinds of questions',
  typeNames: { single_choice: 'One right answer', multiple_choice: 'Several right answers', true_false: 'True or false', typed: 'Typed answer' },
  difficulty: 'Difficulty',
  difficulties: { easy: 'Easy', medium: 'Medium', hard: 'Hard' },
  language: 'Language',
  languageOfText: 'That of the text',
  languageOfTopic: 'English, unless chosen',
  titleField: 'Title',
  titleHint: 'Left empty, the text gives one.',

  go: 'Make the quiz',
  going: 'Asking…',
  next: 'You look at every question before it becomes a quiz.',
  unknown: 'Which engine answers is not known just now.',

  missing: {
    text: 'Paste a text first.',
    files: 'Choose a file first.',
    filesUnderWay: 'Wait until your files are here.',
    filesFailed: 'Take away the files that could not be stored.',
    topic: 'Write a topic first.',
    count: 'A whole number from 1 to 30.',
    types: 'Choose at least one kind.',
  },
} as const
