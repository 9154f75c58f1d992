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
    letter: str
    letter_help: str
    make_letter: str
    recipient: str
    recipient_help: str
    reidentify: str
    reidentify_help: str
    checklist: str
    document: str
    check_photo: str
    check_expiry: str
    check_account: str
    no_numbers: str
    devices_to_revoke: str
    no_devices: str
    revoke_and_write: str


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
        letter="Brief mit Aktivierungscode",
        letter_help="Der Code steht nur auf dem Brief und wird nirgends sonst gezeigt. Er gilt 14 Tage.",
        make_letter="Brief erstellen (PDF)",
        recipient="Postanschrift",
        recipient_help="Zwei bis sechs Zeilen, nur für diesen Brief; sie wird nicht aufbewahrt.",
        reidentify="Neu identifizieren (PIN vergessen)",
        reidentify_help=(
            "Niemand kann eine PIN zurücksetzen. Das Gerät wird widerrufen, und ein Brief bringt einen neuen Code."
        ),
        checklist="Geprüft",
        document="Ausweis",
        check_photo="Foto und Person stimmen überein",
        check_expiry="Ausweis ist echt und nicht abgelaufen",
        check_account="Name gehört zu diesem Konto",
        no_numbers="Wo und wie geprüft wurde; keine Ausweisnummern.",
        devices_to_revoke="Diese Geräte widerrufen",
        no_devices="Kein Gerät ist mehr in Gebrauch.",
        revoke_and_write="Widerrufen und Brief erstellen",
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
        letter="Lettre avec code d’activation",
        letter_help=(
            "Le code ne figure que sur la lettre et n’est montré nulle part ailleurs. Il est valable 14 jours."
        ),
        make_letter="Créer la lettre (PDF)",
        recipient="Adresse postale",
        recipient_help="Deux à six lignes, pour cette lettre uniquement ; elle n’est pas conservée.",
        reidentify="Réidentifier (PIN oublié)",
        reidentify_help=(
            "Personne ne peut réinitialiser un PIN. L’appareil est révoqué et une lettre apporte un nouveau code."
        ),
        checklist="Vérifié",
        document="Pièce d’identité",
        check_photo="La photo correspond à la personne",
        check_expiry="La pièce est authentique et en cours de validité",
        check_account="Le nom correspond à ce compte",
        no_numbers="Où et comment la vérification a eu lieu ; aucun numéro de pièce.",
        devices_to_revoke="Révoquer ces appareils",
        no_devices="Aucun appareil n’est encore en service.",
        revoke_and_write="Révoquer et créer la lettre",
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
        letter="Lettera con codice di attivazione",
        letter_help="Il codice figura solo sulla lettera e non è mostrato altrove. È valido 14 giorni.",
        make_letter="Creare la lettera (PDF)",
        recipient="Indirizzo postale",
        recipient_help="Da due a sei righe, solo per questa lettera; non viene conservato.",
        reidentify="Reidentificare (PIN dimenticato)",
        reidentify_help=(
            "Nessuno può reimpostare un PIN. Il dispositivo è revocato e una lettera porta un nuovo codice."
        ),
        checklist="Verificato",
        document="Documento",
        check_photo="La foto corrisponde alla persona",
        check_expiry="Il documento è autentico e non è scaduto",
        check_account="Il nome corrisponde a questo conto",
        no_numbers="Dove e come è avvenuta la verifica; nessun numero di documento.",
        devices_to_revoke="Revocare questi dispositivi",
        no_devices="Nessun dispositivo è più in uso.",
        revoke_and_write="Revocare e creare la lettera",
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
        letter="Activation letter",
        letter_help="The code is on the letter only, and is shown nowhere else. It is good for 14 days.",
        make_letter="Make the letter (PDF)",
        recipient="Postal address",
        recipient_help="Two to six lines, for this letter only; it is not kept.",
        reidentify="Identify anew (forgotten PIN)",
        reidentify_help="Nobody can reset a PIN. The device is revoked, and a letter brings a new code.",
        checklist="Checked",
        document="Document",
        check_photo="Photo and person match",
        check_expiry="Document is genuine and has not expired",
        check_account="Name belongs to this account",
        no_numbers="Where and how it was checked; no document numbers.",
        devices_to_revoke="Revoke these devices",
        no_devices="No device is in use any more.",
        revoke_and_write="Revoke and make the letter",
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

DOCUMENTS: Final = {
    "de": (("passport", "Pass"), ("identity_card", "Identitätskarte"), ("permit", "Ausländerausweis")),
    "fr": (("passport", "Passeport"), ("identity_card", "Carte d’identité"), ("permit", "Titre de séjour")),
    "it": (("passport", "Passaporto"), ("identity_card", "Carta d’identità"), ("permit", "Permesso di soggiorno")),
    "en": (("passport", "Passport"), ("identity_card", "Identity card"), ("permit", "Residence permit")),
}
