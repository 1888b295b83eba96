import { en } from '@/words/en'

const { count } = en

/** Every word on the pages of signed-in people. */
export const say = {
  nav: {
    label: 'Main',
    home: 'Home',
    quizzes: 'Quizzes',
    games: 'Games',
    classes: 'Classes',
    account: 'Account',
    join: 'Join a game',
    skip: 'Skip to the content',
  },

  signIn: {
    title: 'Sign in',
    email: 'E-mail',
    password: 'Password',
    go: 'Sign in',
    noAccount: 'No account yet?',
    register: 'Make one',
    forgotten: 'Forgotten the password?',
    demoTitle: 'This is a demo school',
    demoHelp: 'Choose whom to be. Everything you do stays on this machine.',
    demoAs: (name: string, role: string) => `${name}, ${role}`,
  },

  register: {
    title: 'Make an account',
    name: 'Your name',
    email: 'E-mail',
    password: 'Password',
    passwordHint: 'At least 8 characters. A short sentence is good.',
    role: 'I am a',
    teacher: 'Teacher',
    student: 'Student',
    invite: 'Invitation code',
    inviteHint: 'Your school gives it to you.',
    go: 'Make account',
    have: 'Have an account?',
    signIn: 'Sign in',
    closed: 'New accounts are made by your school. Ask your administrator.',
  },

  list: {
    more: 'Show more',
    failed: 'This list could not be loaded.',
    again: 'Try again',
    search: 'Search',
    noMatch: (q: string) => `Nothing matches “${q}”.`,
  },

  quizzes: {
    title: 'Quizzes',
    new: 'New quiz',
    import: 'Import a file',
    questions: (n: number) => count(n, 'question'),
    changed: (when: string) => `changed ${when}`,
    played: (when: string) => `played ${when}`,
    start: 'Start game',
    startName: (title: string) => `Start a game of ${title}`,
    starting: 'Starting…',
    empty: 'No quiz yet',
    emptyHelp: 'Write one, or bring one along: a Kahoot spreadsheet, Moodle GIFT, Aiken, or our own JSON.',
    notEmpty: 'Add a question first, then start.',
  },

  import: {
    title: 'Import a quiz',
    help: 'Kahoot spreadsheet (.xlsx), Moodle GIFT, Aiken (.txt), or our own JSON.',
    drop: 'Drop a file here, or',
    choose: 'Choose a file',
    reading: (name: string) => `Reading ${name}…`,
    whole: (n: number) => `All of it came over: ${count(n, 'question')}.`,
    partly: (n: number, warnings: number) => `${count(n, 'question')} came over. ${count(warnings, 'thing')} to look at:`,
    row: (row: number) => (row > 0 ? `Row ${row}` : 'File'),
    failed: 'Nothing was imported',
    open: 'Look at the quiz',
    start: 'Start game',
    another: 'Import another file',
    back: 'Quizzes',
  },
} as const
