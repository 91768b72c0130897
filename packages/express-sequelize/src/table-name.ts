/**
 * Table names from class names, as Flask-SQLAlchemy makes them: `BlogPost` becomes `blog_post`.
 *
 * @see https://flask-sqlalchemy.readthedocs.io/en/stable/models/#defining-models
 */

/**
 * @example
 * camelToSnakeCase('HTTPRequest'); // 'http_request'
 */
export function camelToSnakeCase(name: string): string {
  const parted = name.replace(
    /((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))/g,
    (letter) => `_${letter}`,
  );
  return parted.toLowerCase().replace(/^_+/, '');
}
