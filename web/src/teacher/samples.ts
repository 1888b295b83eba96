/** Small files to look at, one for each text format that can be imported. */
export const SAMPLES = {
  gift: {
    name: 'sample.gift',
    type: 'text/plain',
    content: `// A line that begins with two slashes is a note.

::Capital:: What is the capital of Vietnam? {
  =Hanoi
  ~Da Nang
  ~Hue
  #### Hanoi has been the capital since 1010, with breaks.
}

Hail is ice. {T}

Write the sign for water. {=H2O =H₂O}

At how many degrees Celsius does water boil at sea level? {#100:1}
`,
  },
  aiken: {
    name: 'sample-aiken.txt',
    type: 'text/plain',
    content: `What is the capital of Vietnam?
A. Hanoi
B. Da Nang
C. Hue
ANSWER: A

Which of these is a mammal?
A. Shark
B. Dolphin
C. Tuna
ANSWER: B
`,
  },
  json: {
    name: 'sample.json',
    type: 'application/json',
    content: JSON.stringify(
      {
        format: 'edtech-quiz',
        version: 1,
        title: 'Weather',
        language: 'en',
        tags: ['geography'],
        questions: [
          { type: 'true_false', text: 'Hail is ice.', options: [{ text: 'True', correct: true }, { text: 'False' }] },
          { type: 'number', text: 'At how many degrees does water freeze?', number: { answer: 0, unit: '°C' } },
          { type: 'order', text: 'From low to high', options: [{ text: 'Fog' }, { text: 'Rain cloud' }, { text: 'Satellite' }] },
        ],
      },
      null,
      2,
    ),
  },
} as const

/** The columns of Kahoot's spreadsheet, for who makes one by hand: Excel opens it, and it is saved again as .xlsx. */
export const KAHOOT_COLUMNS = ['Question', 'Answer 1', 'Answer 2', 'Answer 3', 'Answer 4', 'Time limit (sec)', 'Correct answer(s)'] as const
