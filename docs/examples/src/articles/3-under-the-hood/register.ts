/** Article 3: the form that registers users, and the route that takes it. */
import type { Express } from 'express';
import express from 'express';

export function registerRoutes(
  app: Express,
  createUser: (username: string, password: string) => Promise<void>,
): void {
  app.use(express.urlencoded());

  // #region routes
  // [3] @app.route('/', methods=('GET', 'POST'))
  const hello = app.route('/');

  // [3] if request.method == "POST":
  hello.post(async (req, res) => {
    // [3] username = request.form["username"]
    // => behind `app.use(express.urlencoded())`
    const { username, password } = req.body as { username: string; password: string };

    await createUser(username, password);
    res.send('Hello World');
  });

  hello.get((_req, res) => {
    // [3] return render_template("register.html", users=None)
    // => or `res.render(…)` with a view engine
    res.send(REGISTER_HTML);
  });
  // #endregion
}

const REGISTER_HTML = `<!doctype html>
<title>Register</title>
<h1>Register</h1>
<form method="post">
  <label for="username">Username</label>
  <input name="username" id="username" required>
  <label for="password">Password</label>
  <input type="password" name="password" id="password" required>
  <input type="submit" value="Register">
</form>
`;
