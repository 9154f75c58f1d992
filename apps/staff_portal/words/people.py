"""The words of the pages about customers and their devices."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """What the pages about customers and their devices say."""

    revoked_since: str
    revoked_help: str
    stopped_since: str
    last_code: str
    last_sync: str
    evidence: str
    platform: str
    key_protection: str
    in_hardware: str
    in_software: str
    counter: str
    skipped: str
    of_newest: str
    pin: str
    pin_locked: str
    tries_left: str
    no_pin: str
    wrong_pins: str
    certificate: str
    certificate_valid: str
    certificate_expired: str
    certificate_revoked: str
    validity: str
    serial: str
    thumbprint: str
    reveal: str
    reveal_help: str
    address: str
    close: str
    close_help: str


PEOPLE: Final[dict[str, Words]] = {
    "de": Words(
        revoked_since="Widerrufen, wirksam seit",
        revoked_help="Jeder spätere Code wird an jeder Kasse abgelehnt.",
        stopped_since="In diesem Zustand seit",
        last_code="Letzter Code",
        last_sync="Letzter Abgleich",
        evidence="Schlüssel und Zähler",
        platform="Plattform",
        key_protection="Schlüssel verwahrt (Angabe der App)",
        in_hardware="In der Hardware",
        in_software="In der Software",
        counter="Höchster Zähler",
        skipped="Ausgelassene Zähler",
        of_newest="unter den neuesten Codes:",
        pin="PIN",
        pin_locked="Gesperrt seit",
        tries_left="Verbleibende Versuche:",
        no_pin="Noch keiner gesetzt",
        wrong_pins="Falsche PIN in 30 Tagen",
        certificate="Zertifikat",
        certificate_valid="Gültig",
        certificate_expired="Abgelaufen",
        certificate_revoked="Widerrufen",
        validity="Gültigkeit",
        serial="Seriennummer",
        thumbprint="Fingerabdruck des Schlüssels (SHA-256)",
        reveal="Kontaktdaten zeigen",
        reveal_help="Wer die Adresse ansieht und warum, wird festgehalten.",
        address="E-Mail",
        close="Konto schliessen",
        close_help=(
            "Endgültig: Alle Geräte werden widerrufen, alle Zahlungsmittel entfernt. Solange eine "
            "Zahlung offen ist, geht es nicht."
        ),
    ),
    "fr": Words(
        revoked_since="Révoqué, avec effet depuis",
        revoked_help="Tout code ultérieur est refusé à chaque caisse.",
        stopped_since="Dans cet état depuis",
        last_code="Dernier code",
        last_sync="Dernière synchronisation",
        evidence="Clé et compteurs",
        platform="Plateforme",
        key_protection="Clé conservée (selon l’application)",
        in_hardware="Dans le matériel",
        in_software="Dans le logiciel",
        counter="Compteur le plus élevé",
        skipped="Compteurs sautés",
        of_newest="parmi les codes les plus récents\u00a0:",
        pin="PIN",
        pin_locked="Bloqué depuis",
        tries_left="Essais restants\u00a0:",
        no_pin="Pas encore défini",
        wrong_pins="PIN erronés en 30 jours",
        certificate="Certificat",
        certificate_valid="Valable",
        certificate_expired="Expiré",
        certificate_revoked="Révoqué",
        validity="Validité",
        serial="Numéro de série",
        thumbprint="Empreinte de la clé (SHA-256)",
        reveal="Afficher les coordonnées",
        reveal_help="La consultation de l’adresse et son motif sont consignés.",
        address="E-mail",
        close="Clôturer le compte",
        close_help=(
            "Définitif\u00a0: tous les appareils sont révoqués et tous les moyens de paiement "
            "supprimés. Impossible tant qu’un paiement est ouvert."
        ),
    ),
    "it": Words(
        revoked_since="Revocato, con effetto dal",
        revoked_help="Ogni codice successivo è rifiutato a ogni cassa.",
        stopped_since="In questo stato dal",
        last_code="Ultimo codice",
        last_sync="Ultima sincronizzazione",
        evidence="Chiave e contatori",
        platform="Piattaforma",
        key_protection="Chiave custodita (secondo l’app)",
        in_hardware="Nell’hardware",
        in_software="Nel software",
        counter="Contatore più alto",
        skipped="Contatori saltati",
        of_newest="tra i codici più recenti:",
        pin="PIN",
        pin_locked="Bloccato dal",
        tries_left="Tentativi rimasti:",
        no_pin="Non ancora impostato",
        wrong_pins="PIN errati in 30 giorni",
        certificate="Certificato",
        certificate_valid="Valido",
        certificate_expired="Scaduto",
        certificate_revoked="Revocato",
        validity="Validità",
        serial="Numero di serie",
        thumbprint="Impronta della chiave (SHA-256)",
        reveal="Mostrare i contatti",
        reveal_help="La consultazione dell’indirizzo e il motivo vengono registrati.",
        address="E-mail",
        close="Chiudere il conto",
        close_help=(
            "Definitivo: tutti i dispositivi sono revocati e tutti i mezzi di pagamento rimossi. "
            "Impossibile finché un pagamento è aperto."
        ),
    ),
    "en": Words(
        revoked_since="Revoked, effective since",
        revoked_help="Every later code is refused at every till.",
        stopped_since="In this state since",
        last_code="Last code",
        last_sync="Last sync",
        evidence="Key and counters",
        platform="Platform",
        key_protection="Key kept (as the app says)",
        in_hardware="In hardware",
        in_software="In software",
        counter="Highest counter",
        skipped="Skipped counters",
        of_newest="among the newest codes:",
        pin="PIN",
        pin_locked="Locked since",
        tries_left="Tries left:",
        no_pin="Not set yet",
        wrong_pins="Wrong PINs within 30 days",
        certificate="Certificate",
        certificate_valid="Valid",
        certificate_expired="Expired",
        certificate_revoked="Revoked",
        validity="Validity",
        serial="Serial number",
        thumbprint="Thumbprint of the key (SHA-256)",
        reveal="Reveal contact data",
        reveal_help="Who looks at the address, and why, is recorded.",
        address="E-mail",
        close="Close account",
        close_help=(
            "For good: all devices are revoked and all means of payment removed. Not possible while a payment is open."
        ),
    ),
}

REVEAL_REASONS: Final = {
    "de": (
        ("call", "Rückfrage bei der Person"),
        ("identity", "Identität prüfen"),
        ("fraud", "Abklärung eines Betrugs"),
    ),
    "fr": (("call", "Contacter la personne"), ("identity", "Vérifier l’identité"), ("fraud", "Enquête sur une fraude")),
    "it": (
        ("call", "Contattare la persona"),
        ("identity", "Verificare l’identità"),
        ("fraud", "Indagine su una frode"),
    ),
    "en": (("call", "Get in touch"), ("identity", "Check who it is"), ("fraud", "Look into a fraud")),
}
