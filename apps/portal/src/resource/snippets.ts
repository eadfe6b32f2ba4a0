/** Where lines that are pasted find the service. */
export interface Place {
  endpoint: string;
  key: string;
}

/** Lines to paste, in a language: create a session, see its token, read its result. */
export interface Snippet {
  language: string;
  /** How to run it. */
  run: string;
  text: (place: Place) => string;
}

/** Every snippet does the same, with nothing installed beside the language itself, and prints the result's status. */
export const SNIPPETS: readonly Snippet[] = [
  {
    language: 'curl',
    run: 'Paste it into a shell.',
    text: ({ endpoint, key }) => `ENDPOINT='${endpoint}'
KEY='${key}'

# 1. Your server creates a session and hands the token to its page or app.
SESSION=$(curl --silent --show-error --fail-with-body "$ENDPOINT/face/v1.2/detectLiveness-sessions" \\
  --header "Ocp-Apim-Subscription-Key: $KEY" --header 'Content-Type: application/json' \\
  --data '{"livenessOperationMode":"PassiveActive","deviceCorrelationId":"723d6d03-ef33-40a8-9682-23a1feb7bccd"}')
echo "$SESSION"
SESSION_ID=$(echo "$SESSION" | sed 's/.*"sessionId":"\\([^"]*\\)".*/\\1/')

# 2. Once the client says that it is done, your server reads the result.
curl --silent --show-error --fail-with-body "$ENDPOINT/face/v1.2/detectLiveness-sessions/$SESSION_ID" \\
  --header "Ocp-Apim-Subscription-Key: $KEY"
`,
  },
  {
    language: 'TypeScript',
    run: 'Node 20 or newer: save it as quickstart.mts; run it with tsx, or with Node 22.18 or newer itself.',
    text: ({ endpoint, key }) => `const sessions = '${endpoint}/face/v1.2/detectLiveness-sessions';
const headers = { 'Ocp-Apim-Subscription-Key': '${key}', 'Content-Type': 'application/json' };

async function call<T>(url: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, { headers, ...init });
  if (!answer.ok) throw new Error(\`\${answer.status} \${await answer.text()}\`);
  return (await answer.json()) as T;
}

// 1. Your server creates a session and hands the token to its page or app.
const { sessionId, authToken } = await call<{ sessionId: string; authToken: string }>(sessions, {
  method: 'POST',
  body: JSON.stringify({
    livenessOperationMode: 'PassiveActive',
    deviceCorrelationId: '723d6d03-ef33-40a8-9682-23a1feb7bccd',
  }),
});
console.log(\`token of \${authToken.length} characters for session \${sessionId}\`);

// 2. Once the client says that it is done, your server reads the result.
const { status } = await call<{ status: string }>(\`\${sessions}/\${sessionId}\`);
console.log(status);
`,
  },
  {
    language: 'Python',
    run: 'Python 3.9 or newer, its standard library alone.',
    text: ({ endpoint, key }) => `import json
import urllib.request

SESSIONS = "${endpoint}/face/v1.2/detectLiveness-sessions"
HEADERS = {"Ocp-Apim-Subscription-Key": "${key}", "Content-Type": "application/json"}


def call(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, headers=HEADERS)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


# 1. Your server creates a session and hands the token to its page or app.
session = call(SESSIONS, {
    "livenessOperationMode": "PassiveActive",
    "deviceCorrelationId": "723d6d03-ef33-40a8-9682-23a1feb7bccd",
})
print("token of", len(session["authToken"]), "characters for session", session["sessionId"])

# 2. Once the client says that it is done, your server reads the result.
print(call(SESSIONS + "/" + session["sessionId"])["status"])
`,
  },
];

/** Microsoft's own package for .NET, pointed at this service. No test runs these lines: there is no .NET where the others are run. */
export const CSHARP: Snippet = {
  language: 'C#',
  run: 'Not run by our tests. Needs .NET and Azure.AI.Vision.Face.',
  text: ({ endpoint, key }) => `using Azure;
using Azure.AI.Vision.Face;

var sessions = new FaceSessionClient(new Uri("${endpoint}"), new AzureKeyCredential("${key}"));

// 1. Your server creates a session and hands the token to its page or app.
var created = await sessions.CreateLivenessSessionAsync(
    new CreateLivenessSessionContent(LivenessOperationMode.PassiveActive)
    {
        DeviceCorrelationId = "723d6d03-ef33-40a8-9682-23a1feb7bccd",
    });
Console.WriteLine(created.Value.SessionId);

// 2. Once the client says that it is done, your server reads the result.
var result = await sessions.GetLivenessSessionResultAsync(created.Value.SessionId);
Console.WriteLine(result.Value.Status);
`,
};
